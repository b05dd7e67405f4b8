/** The section on what is inside. Neighbours in a stack differ in lightness too, not in hue alone. */
export const contentsStyle: string = `
.shares .stack { display: grid; grid-template-columns: 4rem 1fr 6rem; gap: 1rem; align-items: center; margin-bottom: 0.4rem; }
.shares .stack svg { width: 100%; height: 22px; border-radius: 4px; background: var(--sunken); }
.shares .stack rect { stroke: var(--card); stroke-width: 1; vector-effect: non-scaling-stroke; }
.shares .scroll { margin-top: 1rem; }
.shares { --system: #5b6b7f; --python: #3572a5; --distributions: #63a8e0; --application: #1f8a5b; --other: #b7bec8;
  --cache: #d9902f; --waste: #c4483c; }
@media screen and (prefers-color-scheme: dark) {
  .shares { --system: #74859b; --python: #3f7fb8; --distributions: #86c0ef; --application: #3fb37e; --other: #4a525e;
    --cache: #e0a04a; --waste: #e06a5e; }
}
.swatch { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 2px; margin-right: 0.35em; }
${["system", "python", "distributions", "application", "other", "cache", "waste"]
  .map((id) => `.stack rect.${id} { fill: var(--${id}); }\n.swatch.${id} { background: var(--${id}); }`)
  .join("\n")}
@media (max-width: 44rem) {
  .shares .stack { grid-template-columns: 3.5rem 1fr 5.75rem; gap: 0.5rem; font-size: 0.8667rem; }
}
@media print { .stack rect, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
