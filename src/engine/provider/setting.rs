//! The settings of a provider, each declared once: with the names of Terraform's and Pulumi's `aws` providers, and
//! settings of this crate beside them.

use std::{borrow::Cow, collections::BTreeSet};

use crate::{
    engine::schema::{Field, Form, Given},
    read::Strategy,
    user::{Bounds, DirectoryUserIdPolicy, PasswordPolicy, Sensitivity, Spelling, UnrecognisedPolicy, Value},
};

/// A setting of a provider.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setting {
    /// The field: the name in the host's spelling, form, bounds, default and description, and whether it is secret.
    pub field: Field,
    /// What a provider for users does with the setting.
    pub support: Support,
}

/// What a provider for users does with a setting of the `aws` providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Support {
    /// The setting has its documented effect.
    Full,
    /// The setting is accepted, and changes nothing in such a provider.
    Accepted,
    /// The setting has no effect, and a diagnostic says so.
    WithoutEffect,
    /// The setting is refused, with this way out: without it, calls would go to another place or use other credentials
    /// than the setting says.
    Refused(&'static str),
}

/// Returns the settings, in the host's spelling. Settings with [`Support::Full`] come first.
///
/// ```
/// use connect_user::{engine::provider::settings, user::Spelling};
///
/// let settings = settings(Spelling::SnakeCase);
/// let roles = settings.iter().find(|setting| setting.field.name == "assume_role").expect("a setting");
/// assert!(roles.field.fields().iter().any(|field| field.name == "role_arn"));
/// ```
pub fn settings(spelling: Spelling) -> Vec<Setting> {
    let supported = supported().into_iter().map(|field| Setting { field, support: Support::Full });
    let others = OTHERS.iter().map(|(name, form, support)| Setting {
        field: option(name, form.clone(), "a setting of the `aws` provider"),
        support: *support,
    });
    let mut settings: Vec<Setting> = supported.chain(others).collect();
    let mut names = BTreeSet::new();
    settings.iter().for_each(|setting| collect(&setting.field, &mut names));
    settings.iter_mut().for_each(|setting| spell(&mut setting.field, &names, spelling));
    settings
}

/// Returns a setting's name in the host's spelling.
pub(super) fn spelled(name: &str, spelling: Spelling) -> String {
    match (spelling, name) {
        // Terraform names a block in the singular.
        (Spelling::SnakeCase, "assumeRoles") => "assume_role".to_owned(),
        _ => spelling.name(name).into_owned(),
    }
}

/// Collects the names of a setting and of the settings in it.
fn collect(field: &Field, names: &mut BTreeSet<String>) {
    names.insert(field.name.clone());
    field.fields().iter().for_each(|field| collect(field, names));
}

/// Spells a setting, and the settings that its description names.
fn spell(field: &mut Field, names: &BTreeSet<String>, spelling: Spelling) {
    field.name = spelled(&field.name, spelling);
    // Every second part is in backticks.
    let parts = field.description.split('`').map(|part| match names.contains(part) {
        true => Cow::Owned(spelled(part, spelling)),
        false => Cow::Borrowed(part),
    });
    field.description = parts.collect::<Vec<_>>().join("`");
    if let Form::Object(fields) | Form::Objects(fields) = &mut field.form {
        fields.iter_mut().for_each(|field| spell(field, names, spelling));
    }
}

fn option(name: &str, form: Form, summary: &str) -> Field {
    Field::new(name, form, Given::Optional, summary)
}

fn number(name: &str, bounds: Bounds, summary: &str) -> Field {
    Field { bounds, ..option(name, Form::Integer, summary) }
}

fn secret(name: &str, summary: &str) -> Field {
    Field { sensitivity: Sensitivity::Secret, ..option(name, Form::String, summary) }
}

fn choice(name: &str, names: &'static [&'static str], summary: &str) -> Field {
    let default = names.first().map(|name| Value::from(*name));
    Field { default, ..option(name, Form::Choice(names), summary) }
}

fn flag(name: &str, summary: &str) -> Field {
    Field { default: Some(Value::Bool(false)), ..option(name, Form::Bool, summary) }
}

/// The strategies that give an engine whole users.
const REFRESH: &[&str] = &[Strategy::Changed.as_str(), Strategy::Full.as_str()];

fn supported() -> Vec<Field> {
    vec![
        option("region", Form::String, "the AWS Region; otherwise the environment's or the profile's"),
        option("profile", Form::String, "a profile of the AWS configuration"),
        secret("accessKey", "the id of an access key, beside its secret"),
        secret("secretKey", "the secret of the access key"),
        secret("token", "the token of temporary credentials"),
        option("sharedConfigFiles", Form::List, "files of profiles instead of `~/.aws/config`"),
        option("sharedCredentialsFiles", Form::List, "files of credentials instead of `~/.aws/credentials`"),
        option(
            "endpoints",
            Form::Objects(vec![
                option("connect", Form::String, "that of Amazon Connect"),
                option("sts", Form::String, "that of the Security Token Service"),
            ]),
            "other addresses of the services",
        ),
        option("endpointUrl", Form::String, "another address of the service, such as that of a VPC endpoint"),
        option("stsEndpointUrl", Form::String, "another address of the Security Token Service"),
        option(
            "assumeRoles",
            Form::Objects(role()),
            "roles to assume, each with the credentials of the one before",
        ),
        option(
            "assumeRoleWithWebIdentity",
            Form::Object(web_identity()),
            "a role to assume by the token of an identity provider, before those of `assumeRoles`",
        ),
        option("allowedAccountIds", Form::Set, "the accounts of which the credentials must be"),
        option("forbiddenAccountIds", Form::Set, "the accounts of which the credentials must not be"),
        option(
            "customCaBundle",
            Form::String,
            "a file with the certificates of the authorities to trust, instead of the system's",
        ),
        option("useFipsEndpoint", Form::Bool, "whether endpoints that keep to FIPS 140 are called"),
        option("useDualstackEndpoint", Form::Bool, "whether endpoints that speak IPv6 too are called"),
        number(
            "maxRetries",
            Bounds::Number(0, 1_000),
            "how often a call that failed is made again: 7 by default; throttled calls do not count",
        ),
        option(
            "defaultTags",
            Form::Object(vec![option("tags", Form::Map, "the tags")]),
            "tags for every user, under its own",
        ),
        option(
            "ignoreTags",
            Form::Object(vec![
                option("keys", Form::Set, "the keys of such tags"),
                option("keyPrefixes", Form::Set, "what the keys of such tags begin with"),
            ]),
            "tags that others manage: never shown, set or removed",
        ),
        choice(
            "onPasswordChange",
            PasswordPolicy::NAMES,
            "what to do about a changed password, which no API can change: `warn`, `replace` the user, or `refuse`",
        ),
        choice(
            "onDirectoryUserIdChange",
            DirectoryUserIdPolicy::NAMES,
            "what to do about a changed directory user id, which no API can change: `refuse` or `replace` the user",
        ),
        choice(
            "onUnrecognised",
            UnrecognisedPolicy::NAMES,
            "what to do before a call that may reset what the service has and this provider does not know: `warn` \
             or `refuse`",
        ),
        option(
            "signOutOn",
            Form::Set,
            "what signs a user out everywhere: `deletion`, `lost-security-profile`, `changed-email`",
        ),
        flag(
            "deleteQuickConnects",
            "whether the quick connects that lead to a deleted user are deleted with it",
        ),
        choice(
            "refresh",
            REFRESH,
            "how users are read again: `changed` lists an instance and reads the users that have changed, `full` reads all users",
        ),
        option(
            "callsPerSecond",
            Form::Number,
            "calls a second of each operation, from 0.001 to 1,000,000; otherwise as `ratesFrom` says (2)",
        ),
        number(
            "burst",
            Bounds::Number(1, 1_000_000),
            "how many calls of an operation may be made at once; otherwise as `ratesFrom` says (5)",
        ),
        choice(
            "ratesFrom",
            &["assumed", "documented", "account"],
            "where the rates come from unless `callsPerSecond` or `burst` says: 2 calls a second (`assumed`), \
             what Service Quotas documents (`documented`), or the quotas of the account (`account`), which takes \
             `servicequotas:ListServiceQuotas`",
        ),
        option(
            "probeTo",
            Form::String,
            "up to which rate each operation is tried out, step by step while the service accepts its calls: calls a \
             second, `documented` or `account`",
        ),
        flag(
            "sharedQuota",
            "whether other programs use the same quota at the same time: then its share is found by what the service \
             refuses",
        ),
        flag(
            "adoptExisting",
            "whether a user that has the name already, exactly as desired, is taken over: for the run after one \
             that was killed",
        ),
        number(
            "maxDeletes",
            Bounds::Number(0, 1_000_000),
            "how many users one run may delete or replace: no limit by default",
        ),
    ]
}

fn role() -> Vec<Field> {
    let mut fields = session();
    fields.push(option("externalId", Form::String, "the external id that the role's account requires"));
    fields.push(option("tags", Form::Map, "tags of the session"));
    fields
}

fn web_identity() -> Vec<Field> {
    let mut fields = session();
    fields.push(secret("webIdentityToken", "the token; either this or a file"));
    fields.push(option("webIdentityTokenFile", Form::String, "the file that holds the token"));
    fields
}

/// The fields of every role session.
fn session() -> Vec<Field> {
    let arn = option("roleArn", Form::String, "the ARN of the role");
    vec![
        Field { given: Given::Required, ..arn },
        option("sessionName", Form::String, "the name of the session"),
        option(
            "duration",
            Form::String,
            "how long the credentials last, such as `1h30m`: an hour by default",
        ),
        option("policy", Form::String, "a policy in JSON that narrows what the role may do"),
        option("policyArns", Form::Set, "managed policies that narrow what the role may do"),
    ]
}

const FROM_ENVIRONMENT: Support = Support::Refused("set it in the environment or the AWS configuration");

/// Further settings of the `aws` providers.
const OTHERS: &[(&str, Form, Support)] = &[
    ("httpProxy", Form::String, FROM_ENVIRONMENT),
    ("httpsProxy", Form::String, FROM_ENVIRONMENT),
    ("noProxy", Form::String, FROM_ENVIRONMENT),
    ("ec2MetadataServiceEndpoint", Form::String, FROM_ENVIRONMENT),
    ("ec2MetadataServiceEndpointMode", Form::String, FROM_ENVIRONMENT),
    ("insecure", Form::Bool, Support::Refused("leave it out: certificates are always checked")),
    (
        "stsRegion",
        Form::String,
        Support::Refused("give the address of that Region's service: `endpoints: [{sts: URL}]`"),
    ),
    ("retryMode", Form::String, Support::WithoutEffect),
    ("s3UsEast1RegionalEndpoint", Form::String, Support::WithoutEffect),
    ("tagPolicyCompliance", Form::String, Support::WithoutEffect),
    ("tokenBucketRateLimiterCapacity", Form::Integer, Support::WithoutEffect),
    ("userAgents", Form::List, Support::WithoutEffect),
    ("s3UsePathStyle", Form::Bool, Support::Accepted),
    ("skipCredentialsValidation", Form::Bool, Support::Accepted),
    ("skipMetadataApiCheck", Form::Bool, Support::Accepted),
    ("skipRegionValidation", Form::Bool, Support::Accepted),
    ("skipRequestingAccountId", Form::Bool, Support::Accepted),
];
