//! The formats of files.

use super::{columns::target, row::declared_delimiter, source::is_utf_16};
use crate::{fleet::PlanFile, interop::program::is_configuration, user::choice};

choice! {
    /// A format of files that users are read from or written to.
    FileFormat {
        /// A Pulumi YAML program, or such a program as JSON. It is written as YAML.
        Program = "program",
        /// A Pulumi program, written as JSON. It is read as [`Program`](Self::Program).
        ProgramJson = "program-json",
        /// A table: the template of the console, that of AWS's bulk tool, or any other table whose headers name
        /// properties or are in a [`Mapping`](super::Mapping). It is written with a column for each property that has a
        /// single value; the header is the path of the property.
        Csv = "csv",
        /// A table, written as the template of the console, with names of profiles and groups instead of ids. It is
        /// read as [`Csv`](Self::Csv).
        ConsoleCsv = "console-csv",
        /// Read: a Terraform state (version 4), or the output of `terraform show -json` for a state or a plan. Written:
        /// a configuration with import blocks.
        Terraform = "terraform",
        /// The output of `pulumi stack export`. It is read only; to write a file for Pulumi, use
        /// [`Program`](Self::Program).
        PulumiStack = "pulumi-stack",
        /// A CloudFormation template, YAML or JSON. It is written as JSON.
        CloudFormation = "cloudformation",
        /// The output of `describe-user`, `list-users` and `search-users` of the AWS command line, and backups of it.
        /// It is read only.
        AwsCli = "aws-cli",
        /// SCIM 2.0 users: a single user, or a list response. It is read only.
        Scim = "scim",
    }
}

impl FileFormat {
    /// Detects the format of a file by its text; `None` if no format matches. A configuration of Terraform is detected
    /// as [`Terraform`](Self::Terraform), whose reader refuses it and says what to give instead.
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
            // The reader of tables reports the encoding.
            return Some(Self::Csv);
        }
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        // JSON and YAML name their members; these names occur in no other format.
        let has = |member: &str| {
            let quoted = text.contains(&format!("\"{member}\""));
            quoted
                || text
                    .lines()
                    .any(|line| line.strip_prefix(member).is_some_and(|rest| rest.starts_with(':')))
        };
        let is_json = text.trim_start().starts_with(['{', '[']);
        if PlanFile::is_one(text) {
            // The reader of programs reports that this is a saved plan, and how to apply it.
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
        // YAML output of the command line is detected, too: the reader says what to give instead.
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
