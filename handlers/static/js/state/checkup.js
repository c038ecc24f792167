/* What the checkup found, in the order it is read: by channel, and in sum. Pure. */

const WORST = ["fail", "warn", "skipped", "ok"];

/** `{channel, findings}` for each channel, in the order the server names them. */
export function grouped(findings) {
  const groups = new Map();
  for (const finding of findings) {
    groups.set(finding.channel, [...(groups.get(finding.channel) ?? []), finding]);
  }
  return [...groups].map(([channel, found]) => ({ channel, findings: found }));
}

/** How often each result came, without those that never did. */
export function tally(findings) {
  return WORST.map((result) => [result, findings.filter((finding) => finding.result === result).length])
    .filter(([, n]) => n);
}
