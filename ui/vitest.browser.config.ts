import { defineConfig } from "vitest/config";

// "--mode screenshots" and "--mode pictures" take pictures instead of testing, "--mode speed" measures.
const include: Record<string, string[]> = {
  screenshots: ["test/browser/screenshots.ts"],
  pictures: ["test/browser/pictures.ts"],
  speed: ["test/browser/speed.ts"],
};

export default defineConfig(({ mode }) => ({
  test: {
    include: include[mode] ?? ["test/browser/**/*.test.ts"],
    globalSetup: ["test/browser/servers.ts"],
    // One browser at a time: they share the machine with the server they ask.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
}));
