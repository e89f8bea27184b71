//! Writes the reference of properties and rules from the tables that the library reads.
//!
//! ```text
//! cargo run --example reference > docs/reference.md
//! ```

use connect_user::{user::reference_table, validate::rules_table};

fn main() {
    print!(
        "# Reference\n\n\
         Both tables are those that the library itself reads; `cargo run --example reference` writes this page.\n\n\
         ## Properties\n\n\
         Names are those of Pulumi's `aws:connect:User`, and CloudFormation's for what Pulumi lacks; snake_case is \
         read too. Elements of lists: `autoAcceptConfigs` `{{channel, autoAccept, agentFirstCallbackAutoAccept}}`, \
         `afterContactWorkConfigs` `{{channel, afterContactWorkConfig, agentFirstCallbackAfterContactWorkConfig}}` (each \
         with `afterContactWorkTimeLimit`), `phoneNumberConfigs` `{{channel, phoneType, phoneNumber}}`, \
         `persistentConnectionConfigs` `{{channel, persistentConnection}}`, `voiceEnhancementConfigs` `{{channel, \
         voiceEnhancementMode}}`, `userProficiencies` `{{attributeName, attributeValue, level}}`.\n\n\
         {}\n\
         ## Rules\n\n\
         A host may lower a rule to a warning or raise one to an error, but for those of reading a document.\n\n\
         {}",
        reference_table(),
        rules_table(),
    );
}
