import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { knowledgeQuery, newQueryClient, sourcesQuery, statusQuery } from "./api/queries";
import "./page.css";
import { withZone } from "./lib/zone";
import { newRouter } from "./router";

const { pathname, search, hash } = window.location;
const address = withZone(search);
if (address !== search) window.history.replaceState(window.history.state, "", `${pathname}${address}${hash}`);

const queries = newQueryClient();
const router = newRouter();

// Asked before anything is drawn, so that the answer is there with the first picture.
void queries.prefetchQuery(statusQuery);
void queries.prefetchQuery(knowledgeQuery);
void queries.prefetchQuery(sourcesQuery);

createRoot(document.getElementById("page")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
