import type { Reporter } from "./reporter.ts";

/** The same of the image that the service has today, to compare. */
export const sbomBefore: Reporter = {
  id: "sbom-before",
  file: "sbom-before.cdx.json",
  title: "CycloneDX bill of materials of today's image",
  render: async (report) => {
    const { billOfMaterials } = await import("./sbom/bill.ts");
    return billOfMaterials(report, report.before);
  },
};
