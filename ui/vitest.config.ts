import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/unit/**/*.test.ts"],
    // A zone that is never UTC and has summer time.
    env: { TZ: "Europe/Berlin" },
    // As in the browser: how long a test takes says nothing on a busy machine.
    testTimeout: 60_000,
  },
});
