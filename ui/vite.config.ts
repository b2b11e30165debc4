import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { workerLicences } from "./licences.ts";

/**
 * Answers the API from made-up data while the page is being developed
 * without a server. WEIR_FIXTURE names the state: full, little or empty.
 */
function fixture(state: string): Plugin {
  return {
    name: "weir-fixture",
    async configureServer(server) {
      const { handler } = await import("./test/fixture/handler.ts");
      server.middlewares.use(handler(state));
    },
    async configurePreviewServer(server) {
      const { handler } = await import("./test/fixture/handler.ts");
      server.middlewares.use(handler(state));
    },
  };
}

// "npm run dev" talks to a running "weir serve", or, with WEIR_FIXTURE, to nobody.
const state = process.env["WEIR_FIXTURE"];
const server = process.env["WEIR_URL"] ?? "http://127.0.0.1:8750";
const proxy = { "/api": server, "/v1": server };

const licences = workerLicences("licences.json");

export default defineConfig({
  plugins: [react(), licences.add, ...(state ? [fixture(state)] : [])],
  server: { host: "127.0.0.1", ...(state ? {} : { proxy }) },
  preview: { host: "127.0.0.1", ...(state ? {} : { proxy }) },
  // A worker loads the fine map of the world when it is wanted, and not before.
  worker: { format: "es", plugins: () => [licences.look()] },
  build: {
    outDir: "dist/app",
    emptyOutDir: true,
    sourcemap: false,
    target: "es2022",
    // Fonts and pictures stay files: the page's policy allows no others.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What most pages share comes in one file: many small ones cost requests, and pack worse. Not the card of the chart
    // over time and what has it, which fetch the chart library as soon as they come.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: "shared",
              test: /[\\/]ui[\\/]src[\\/](?!view[\\/]Frame\.tsx|traffic[\\/](Course|Traffic)Card\.tsx)/,
              minShareCount: 11,
            },
          ],
        },
      },
    },
    // The licences of the libraries inside; the build of the binary collects them.
    license: { fileName: "licences.json" },
  },
});
