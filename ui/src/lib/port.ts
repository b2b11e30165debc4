// Ports, and the ranges into which ephemeral ones are folded.

import type { PortKey } from "../api/types";

type Numbers = Pick<PortKey, "port" | "through">;

/** A folded range has no service, and no port in it means more than the others. */
export function isRange({ port, through }: Numbers): boolean {
  return through > port;
}

/** 443, or first and last of a range: 49152-65535. */
export function portNumbers(key: Numbers): string {
  return isRange(key) ? `${key.port}-${key.through}` : String(key.port);
}

/** With the service where there is one: 443 https, 10250/TCP, 49152-65535/TCP. */
export function portName(key: PortKey): string {
  const numbers = portNumbers(key);
  return key.application === "" ? `${numbers}/${key.protocol}` : `${numbers} ${key.application}`;
}

/** The port for which a flow is explained: the most used one that stands for itself. */
export function explained(ports: readonly PortKey[]): PortKey | undefined {
  return ports.find((each) => !isRange(each)) ?? ports[0];
}
