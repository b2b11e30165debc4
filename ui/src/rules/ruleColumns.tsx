// What a rule says, and how it is used.

import type { RuleSort } from "../api/queries";
import type { RuleUse } from "../api/types";
import { Drill } from "../filter/Drill";
import { shortAcl } from "../lib/format";
import { formatMoment, type Zone } from "../lib/time";
import { measureColumn, textColumn } from "../questions/columns";
import tables from "../tables/TableCard.module.css";
import type { ListColumn } from "./list";
import styles from "./ListCard.module.css";
import { type Mark, Marks } from "./Marks";

type RuleColumn = ListColumn<RuleUse, RuleSort>;

/** The rule in a line: "Deny TCP, any to 10.0.0.0/24, port 22". */
export function sentenceOf({ text }: RuleUse): string {
  if (!text) return "";
  const ports = text.ports === "any" ? "any port" : `port ${text.ports}`;
  return `${text.action} ${text.protocol === "any" ? "" : `${text.protocol}, `}${text.source} to ${text.destination}, ${ports}`;
}

/** What is to be noticed of a rule. */
export function marksOf(rule: RuleUse): Mark[] {
  const { text, shadowedBy, contradicts, attached, logged, beside, hit } = rule;
  const marks: Mark[] = [];
  if (shadowedBy.length > 0) {
    marks.push({
      text: contradicts ? "shadowed, contradicted" : "shadowed",
      title: `It can never decide: ${shadowedBy.join(", ")} before it ${shadowedBy.length === 1 ? "has" : "have"} all of its flows${contradicts ? ", and decide otherwise" : ""}`,
      grave: true,
    });
  }
  if (rule.rule === "PlatformRule") {
    marks.push({ text: "platform", title: "Azure itself decided, by no rule of any group" });
  } else if (!text)
    marks.push({ text: "not in the inventory", title: "The logs name it, the inventory does not have it" });
  else if (!attached)
    marks.push({ text: "attached to nothing", title: "No subnet, interface or network is behind it" });
  else if (!logged) marks.push({ text: "not logged", title: "No rule of its group decided any flow of the range" });
  else if (!hit && beside && text.action !== "Deny") {
    marks.push({
      text: "may be logged elsewhere",
      title: "Another group stands beside it, and one of the two logs what both allow",
    });
  }
  if (text?.default) marks.push({ text: "default", title: "Azure made it, and it cannot be removed" });
  return marks;
}

/**
 * The columns, those first that tell what the list is about: of rules that are used how much, of others why not.
 * Where two columns are in sight, the number that ranks is one of them.
 */
export function ruleColumns(
  zone: Zone,
  heldSince: string | null,
  used: boolean,
  first: RuleSort | null,
): [RuleColumn, ...RuleColumn[]] {
  const [key, says, direction, priority, last, marks, ...numbers] = allColumns(zone, heldSince);
  const ranked = numbers.toSorted((a, b) => Number(b.sort === first) - Number(a.sort === first));
  if (!used) return [key, says, marks, last, direction, priority, ...numbers];
  return first === null
    ? [key, says, ...numbers, last, marks, direction, priority]
    : [key, ...ranked, says, last, marks, direction, priority];
}

type Columns = [
  key: RuleColumn,
  says: RuleColumn,
  direction: RuleColumn,
  priority: RuleColumn,
  last: RuleColumn,
  marks: RuleColumn,
  ...RuleColumn[],
];

function allColumns(zone: Zone, heldSince: string | null): Columns {
  const since = heldSince === null ? "" : ` since ${formatMoment(Date.parse(heldSince), zone)}`;
  return [
    {
      id: "rule",
      name: "Rule",
      width: 236,
      sort: "key",
      cell: (rule) => (
        <>
          <span className={tables.name} title={rule.rule}>
            {rule.rule}
          </span>
          <span className={tables.beside} title={rule.acl}>
            {shortAcl(rule.acl)}
          </span>
          <Drill terms={[{ name: `rule ${rule.rule}`, text: rule.filter }]} />
        </>
      ),
      fields: [
        { name: "rule", value: ({ rule }) => rule },
        { name: "acl", value: ({ acl }) => acl },
      ],
    },
    {
      id: "says",
      name: "Says",
      width: 212,
      shown: true,
      cell: (rule) => (
        <span className={styles.text} title={sentenceOf(rule)}>
          {sentenceOf(rule)}
        </span>
      ),
      fields: (["action", "protocol", "source", "sourcePorts", "destination", "ports", "description"] as const).map(
        (name) => ({ name, value: ({ text }) => text?.[name] ?? "" }),
      ),
    },
    {
      ...textColumn<RuleUse>("direction", "Direction", 84, ({ text }) => text?.direction ?? ""),
      shown: true,
    },
    {
      id: "priority",
      name: "Priority",
      width: 76,
      number: true,
      shown: true,
      cell: ({ text }) => text?.priority,
      fields: [{ name: "priority", value: ({ text }) => text?.priority ?? "" }],
    },
    {
      id: "last",
      name: "Last hit",
      width: 150,
      shown: true,
      sort: "last",
      cell: ({ lastHit }) =>
        lastHit === null ? (
          <span title={`Never${since}`}>never</span>
        ) : (
          <span className="number">{formatMoment(Date.parse(lastHit), zone)}</span>
        ),
      fields: [{ name: "last hit", value: ({ lastHit }) => lastHit ?? "" }],
    },
    {
      id: "marks",
      name: "To notice",
      width: 142,
      shown: true,
      cell: (rule) => <Marks of={marksOf(rule)} />,
      fields: [
        { name: "shadowed by", value: ({ shadowedBy }) => shadowedBy.join(" ") },
        { name: "contradicted", value: ({ contradicts }) => String(contradicts) },
        { name: "logged", value: ({ logged }) => String(logged) },
        { name: "attached", value: ({ attached }) => String(attached) },
      ],
    },
    { ...measureColumn<RuleUse>("total", "Total", ({ total }) => total), sort: "total" },
    { ...measureColumn<RuleUse>("allowed", "Allowed", ({ allowed }) => allowed), sort: "allowed" },
    { ...measureColumn<RuleUse>("denied", "Denied", ({ denied }) => denied), sort: "denied" },
    {
      ...measureColumn<RuleUse>("malicious", "Malicious passed", ({ malicious }) => malicious),
      sort: "malicious",
      width: 132,
    },
  ];
}
