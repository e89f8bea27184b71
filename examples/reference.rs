//! Writes the reference of properties and diagnostics from the tables of the library.
//!
//! ```text
//! cargo run --example reference > docs/reference.md
//! ```

use connect_user::user::{Code, reference_table};

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
         ## Diagnostics\n\n\
         Everything that the crate finds, by its code. A host may lower what is found in a user or in its instance to a \
         warning, or raise it to an error, but for what is an error always: no call can carry what breaks it.\n\n\
         {}",
        reference_table(),
        Code::table(),
    );
}
