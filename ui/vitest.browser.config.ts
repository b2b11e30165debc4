import { defineConfig } from "vitest/config";

// "--mode screenshots" takes pictures instead of testing.
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === "screenshots" ? ["test/browser/screenshots.ts"] : ["test/browser/**/*.test.ts"],
    globalSetup: ["test/browser/servers.ts"],
    // One browser at a time: they share the machine with the server they ask.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
}));
