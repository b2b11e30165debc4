import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/unit/**/*.test.ts"],
    // A zone that is never UTC and has summer time.
    env: { TZ: "Europe/Berlin" },
  },
});
