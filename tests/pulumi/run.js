// Deploys a documented TypeScript program as it is written through the Automation API, plans and refreshes it to
// nothing, and destroys it: run.js PROGRAM FOLDER [names]
const fs = require("fs");
const automation = require("@pulumi/pulumi/automation");
const typescript = require("typescript");

const [program, folder, names] = process.argv.slice(2);

const referred = {
    exampleAwsConnectInstance: { id: "1c2d" },
    exampleAwsConnectRoutingProfile: { routingProfileId: "r1" },
    exampleAwsConnectSecurityProfile: { securityProfileId: "s1" },
    example2: { securityProfileId: "s2" },
    exampleAwsConnectUserHierarchyGroup: { hierarchyGroupId: "g1" },
};

let text = fs.readFileSync(program, "utf8");
if (names) {
    // The page gives them none, and the instance asks for some.
    text = text.replace("phoneConfig:", 'identityInfo: { firstName: "example", lastName: "example2" },\n    phoneConfig:');
}
const options = { module: typescript.ModuleKind.CommonJS, esModuleInterop: true };
const code = typescript.transpileModule(text, { compilerOptions: options }).outputText;

async function inline() {
    new Function("require", "exports", ...Object.keys(referred), code)(require, {}, ...Object.values(referred));
}

async function main() {
    const args = { stackName: "test", projectName: "users", program: inline };
    const stack = await automation.LocalWorkspace.selectStack(args, { workDir: folder, envVars: process.env });
    await stack.preview();
    const up = await stack.up();
    if (up.summary.resourceChanges.create !== 2) throw new Error(JSON.stringify(up.summary));
    await stack.preview({ expectNoChanges: true });
    await stack.refresh({ expectNoChanges: true });
    await stack.preview({ expectNoChanges: true });
    await stack.destroy();
}

main().catch(error => {
    console.error(error);
    process.exit(1);
});
