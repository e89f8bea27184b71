//! What the provider block says of AWS, under the names of the AWS provider.

use connect_user::{
    client::aws::{AccessKey, AssumeRole, AwsSettings, AwsSettingsError},
    user::Path,
};

use super::reader::Reader;
use crate::{
    schema::{BOOL, Block, Field, Given, STRING, STRING_LIST, STRING_MAP, STRINGS},
    wire::Diagnostics,
};

fn option(name: &str, kind: crate::schema::Kind, description: &str) -> Field {
    Field::new(name, kind, Given::Optional, description)
}

pub fn fields() -> Vec<Field> {
    let mut fields = vec![
        option("region", STRING, "The AWS Region; otherwise the environment's or the profile's."),
        option("profile", STRING, "A profile of the AWS configuration."),
        option("access_key", STRING, "The id of an access key; with `secret_key`."),
        option("shared_config_files", STRING_LIST, "Files of profiles instead of `~/.aws/config`."),
        option(
            "shared_credentials_files",
            STRING_LIST,
            "Files of credentials instead of `~/.aws/credentials`.",
        ),
        option("endpoint_url", STRING, "Another address of the service, such as that of a VPC endpoint."),
        option("sts_endpoint_url", STRING, "Another address of the Security Token Service."),
        option("allowed_account_ids", STRINGS, "The accounts of which the credentials must be."),
        option("forbidden_account_ids", STRINGS, "The accounts of which the credentials must not be."),
        option(
            "custom_ca_bundle",
            STRING,
            "A file with the certificates of the authorities to trust, instead of the system's.",
        ),
        option("use_fips_endpoint", BOOL, "Whether endpoints that keep to FIPS 140 are called."),
        option("use_dualstack_endpoint", BOOL, "Whether endpoints that speak IPv6 too are called."),
    ];
    for (name, description) in
        [("secret_key", "The secret of the access key."), ("token", "The token of temporary credentials.")]
    {
        fields.push(Field { is_sensitive: true, ..option(name, STRING, description) });
    }
    fields
}

pub fn assume_role() -> Block {
    let fields = vec![
        Field::new("role_arn", STRING, Given::Required, "The ARN of the role to assume."),
        option("session_name", STRING, "The name of the session."),
        option("external_id", STRING, "What the role's account asks of who assumes it."),
        option("duration", STRING, "How long the credentials last, such as `1h30m`: an hour by default."),
        option("policy", STRING, "A policy in JSON that narrows what the role may do."),
        option("policy_arns", STRINGS, "Managed policies that narrow what the role may do."),
        option("tags", STRING_MAP, "Tags of the session."),
    ];
    Block { name: "assume_role".to_owned(), fields, most: 0 }
}

/// Reads what is said of AWS; mistakes become diagnostics.
pub fn read(reader: &mut Reader<'_>) -> AwsSettings {
    let (id, secret, token) = (reader.text("access_key"), reader.text("secret_key"), reader.text("token"));
    let token = token.filter(|token| !token.is_empty());
    let access_key = (id.is_some() || secret.is_some() || token.is_some()).then(|| {
        let key = AccessKey::builder().id(id.unwrap_or_default()).secret(secret.unwrap_or_default());
        key.maybe_session_token(token).build()
    });
    let settings = AwsSettings::builder()
        .maybe_region(reader.text("region"))
        .maybe_profile(reader.text("profile"))
        .maybe_access_key(access_key)
        .config_files(reader.texts("shared_config_files"))
        .credentials_files(reader.texts("shared_credentials_files"))
        .assume_roles(reader.blocks("assume_role", role))
        .maybe_endpoint_url(reader.text("endpoint_url"))
        .maybe_sts_endpoint_url(reader.text("sts_endpoint_url"))
        .allowed_account_ids(reader.texts("allowed_account_ids"))
        .forbidden_account_ids(reader.texts("forbidden_account_ids"))
        .maybe_ca_bundle(reader.text("custom_ca_bundle"))
        .maybe_use_fips_endpoint(reader.flag_or_unset("use_fips_endpoint"))
        .maybe_use_dualstack_endpoint(reader.flag_or_unset("use_dualstack_endpoint"))
        .build();
    if !reader.is_unknown
        && let Err(error) = settings.check()
    {
        refuse(&error, reader.diagnostics);
    }
    settings
}

fn role(reader: &mut Reader<'_>) -> AssumeRole {
    let duration = reader.text("duration").and_then(|text| match humantime::parse_duration(&text) {
        Ok(duration) => Some(duration),
        Err(_) => {
            let message = format!("`duration` must be a time such as `1h30m`, is `{text}`");
            reader.diagnostics.error(message, "", Some(&Path::root().member("assume_role")));
            None
        }
    });
    AssumeRole::builder()
        .role_arn(reader.text("role_arn").unwrap_or_default())
        .maybe_session_name(reader.text("session_name"))
        .maybe_external_id(reader.text("external_id"))
        .maybe_duration(duration)
        .maybe_policy(reader.text("policy"))
        .policy_arns(reader.texts("policy_arns"))
        .tags(reader.map("tags"))
        .build()
}

/// Tells what is wrong with the settings, at its place where that is one of the block. Terraform shows the line
/// there, and so none of what may be secret.
pub fn refuse(error: &AwsSettingsError, diagnostics: &mut Diagnostics) {
    let at = match error {
        AwsSettingsError::Malformed { setting, value: Some(_), .. } => {
            let is_of_role = ["role_arn", "session_name", "duration"].contains(setting);
            Some(Path::root().member(if is_of_role { "assume_role" } else { setting }))
        }
        _ => None,
    };
    diagnostics.error(error.to_string(), error.help(), at.as_ref());
}
