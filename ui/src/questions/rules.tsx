import { answer, get } from "../api/client";
import type { Rule } from "../api/types";
import { Drill } from "../filter/Drill";
import { shortAcl } from "../lib/format";
import { type PartId, parts } from "../traffic/series";
import { is } from "../lib/filter";
import { textColumn } from "./columns";
import styles from "./names.module.css";
import type { Question } from "./question";
import { directionTerms, ruleTerms } from "./terms";

function partOf(rule: Rule): PartId {
  return parts.find((part) => part.direction === rule.direction && part.status === rule.status)!.id;
}

export const rules: Question<Rule> = {
  path: "/rules",
  title: "Rules",
  one: "rule",
  many: "rules",
  ask: {
    name: "rules",
    get: (query, signal) => answer(get("/api/v1/top/rules", { params: { query }, signal })),
  },
  rowKey: (rule) => `${rule.acl} ${rule.rule} ${rule.direction} ${rule.status}`,
  name: (rule) => (
    <>
      {rule.rule} <span className={styles.dim}>{rule.status === "denied" ? "denied" : "allowed"}</span>{" "}
      <span className={styles.dim}>{rule.direction}</span>{" "}
      <span className={styles.acl} title={rule.acl}>
        {shortAcl(rule.acl)}
      </span>
    </>
  ),
  terms: ruleTerms,
  lines: 1,
  segments: (rule) => [{ part: partOf(rule), measures: rule.total }],
  key: {
    id: "rule",
    name: "Rule",
    width: 260,
    cell: (rule) => <span title={rule.rule}>{rule.rule}</span>,
    fields: [{ name: "rule", value: (rule) => rule.rule }],
  },
  columns: [
    {
      ...textColumn<Rule>("acl", "Held by", 200, (rule) => rule.acl),
      shown: true,
      cell: (rule) => (
        <Drill terms={rule.acl === "" ? [] : [is("acl", rule.acl)]}>
          <span title={rule.acl}>{shortAcl(rule.acl)}</span>
        </Drill>
      ),
      fields: [{ name: "acl", value: (rule) => rule.acl }],
    },
    {
      ...textColumn<Rule>(
        "direction",
        "Direction",
        96,
        (rule) => rule.direction,
        (rule) => directionTerms(rule.direction),
      ),
      shown: true,
    },
    {
      ...textColumn<Rule>(
        "status",
        "Status",
        96,
        (rule) => rule.status,
        (rule) => [is("status", rule.status)],
      ),
      shown: true,
    },
  ],
  rowHeight: { wide: 36, narrow: 40 },
};
