import type { Reporter } from "./reporter.ts";

/** What is in the reworked image, as CycloneDX: for whoever scans, or must know what was shipped. */
export const sbom: Reporter = {
  id: "sbom",
  file: "sbom.cdx.json",
  title: "CycloneDX bill of materials of the reworked image",
  render: async (report) => {
    const { billOfMaterials } = await import("./sbom/bill.ts");
    return billOfMaterials(report, report.after);
  },
};
