//! The formats of files.

use super::{columns::target, row::declared_delimiter, source::is_utf_16};
use crate::{fleet::PlanFile, interop::program::is_configuration, user::choice};

choice! {
    /// A format of files that users are read from or written to.
    FileFormat {
        /// A Pulumi YAML program, or the same as JSON. It is written as YAML.
        Program = "program",
        /// The same, written as JSON.
        ProgramJson = "program-json",
        /// A table: the console's template, that of AWS's bulk tool, or any other whose headers name properties or are in a
        /// [`Mapping`](super::Mapping). It is written with a column for each property that is one value, by its path.
        Csv = "csv",
        /// The same, written as the console's template, which has names of profiles and groups and no ids.
        ConsoleCsv = "console-csv",
        /// Read: a Terraform state (version 4), or what `terraform show -json` prints of a state or a plan. Written: a
        /// configuration with import blocks.
        Terraform = "terraform",
        /// What `pulumi stack export` prints. It is read only: [`Program`](Self::Program) is what Pulumi reads.
        PulumiStack = "pulumi-stack",
        /// A CloudFormation template, YAML or JSON. It is written as JSON.
        CloudFormation = "cloudformation",
        /// What `describe-user`, `list-users` and `search-users` of the AWS command line print, and backups of it.
        /// It is read only.
        AwsCli = "aws-cli",
        /// SCIM 2.0 users: one, or a list response. They are read only.
        Scim = "scim",
    }
}

impl FileFormat {
    /// The format that a file's text looks like; `None` where it looks like none. A configuration of Terraform looks like
    /// [`Terraform`](Self::Terraform), whose reader says what to give instead.
    ///
    /// ```
    /// use connect_user::interop::file::FileFormat;
    ///
    /// let detect = |text: &str| FileFormat::detect(text.as_bytes());
    /// assert_eq!(detect(r#"{"version": 4, "terraform_version": "1.11.4"}"#), Some(FileFormat::Terraform));
    /// assert_eq!(detect("AWSTemplateFormatVersion: '2010-09-09'"), Some(FileFormat::CloudFormation));
    /// assert_eq!(detect("first name,last name,user login\nJane,Roe,jane"), Some(FileFormat::Csv));
    /// assert_eq!(detect("user login;tags"), Some(FileFormat::Csv));
    /// assert_eq!(detect("hello"), None);
    /// ```
    pub fn detect(bytes: &[u8]) -> Option<Self> {
        if is_utf_16(bytes) {
            // Whoever reads it says what is wrong with it.
            return Some(Self::Csv);
        }
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        // JSON and YAML name their members; what is looked for stands in no other format.
        let has = |member: &str| {
            let quoted = text.contains(&format!("\"{member}\""));
            quoted
                || text
                    .lines()
                    .any(|line| line.strip_prefix(member).is_some_and(|rest| rest.starts_with(':')))
        };
        let is_json = text.trim_start().starts_with(['{', '[']);
        if PlanFile::is_one(text) {
            // Whoever reads it says what carries it out.
            return Some(Self::Program);
        }
        if is_json && (has("terraform_version") || has("serial") && has("lineage") || has("root_module")) {
            return Some(Self::Terraform);
        }
        if is_json && has("deployment") && (text.contains("\"urn\"") || has("manifest")) {
            return Some(Self::PulumiStack);
        }
        if is_json && (text.contains("urn:ietf:params:scim:") || has("userName")) {
            return Some(Self::Scim);
        }
        if has("AWSTemplateFormatVersion") || has("Resources") && text.contains("AWS::") {
            return Some(Self::CloudFormation);
        }
        if has("resources") {
            return Some(Self::Program);
        }
        // YAML of the command line looks like it, whose reader says what to give instead.
        let is_yaml = !is_json
            && ["User:", "Users:", "UserSummaryList:"].iter().any(|name| {
                text.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.trim().is_empty()))
            });
        if is_yaml || is_json && (has("Username") || has("UserSummaryList") || has("Users")) {
            return Some(Self::AwsCli);
        }
        if is_configuration(text) {
            return Some(Self::Terraform);
        }
        let first = text.lines().find(|line| !line.trim().is_empty())?;
        let is_table = || {
            let cells: Vec<&str> = first.trim().split([',', ';', '\t']).collect();
            let are_known = cells.len() == 2 && cells.iter().all(|cell| target(cell).is_ok());
            (cells.len() > 2 || are_known) && !first.contains([':', '{', '='])
        };
        (!is_json && (declared_delimiter(first).is_some() || is_table())).then_some(Self::Csv)
    }
}
