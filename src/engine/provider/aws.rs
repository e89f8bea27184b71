//! The AWS settings of a configuration.

use std::time::Duration;

use super::{
    said::Said,
    setting::{settings, spelled},
};
use crate::{
    client::aws::{AccessKey, AssumeRole, AwsSettings, AwsSettingsError, Part, WebIdentity},
    engine::forms::invalid,
    user::{Code, Diagnostic, Path, Secret, Spelling, to_snake_case},
};

/// Reads the AWS settings, and checks what needs neither the environment nor a call.
pub(super) fn read(said: &mut Said) -> AwsSettings {
    let endpoints = said.objects("endpoints");
    let mut endpoint = |service: &str, own: &str| {
        let listed = endpoints.iter().find_map(|endpoints| endpoints.text(service));
        if let (Some(_), Some(_)) = (&listed, said.text(own)) {
            let (first, at) = (format!("{}[].{service}", said.place("endpoints")), said.place(own));
            said.mistakes.push(Diagnostic::duplicate(&at, &first, &at.to_string()));
        }
        listed.or(said.text(own))
    };
    let (connect, sts) = (endpoint("connect", "endpointUrl"), endpoint("sts", "stsEndpointUrl"));
    let roles = said.objects("assumeRoles").into_iter().enumerate();
    let roles: Vec<(usize, AssumeRole)> =
        roles.filter_map(|(number, role)| Some((number, read_role(said, number, &role)?))).collect();
    let web_identity = said.is_given(WEB_IDENTITY).then(|| said.object(WEB_IDENTITY));
    let web_identity = web_identity.and_then(|identity| read_identity(said, &identity));
    let settings = AwsSettings::builder()
        .maybe_region(said.text("region"))
        .maybe_profile(said.text("profile"))
        .maybe_endpoint_url(connect)
        .maybe_sts_endpoint_url(sts)
        .maybe_access_key(access_key(said))
        .maybe_web_identity(web_identity)
        .assume_roles(roles.iter().map(|(_, role)| role.clone()).collect())
        .allowed_account_ids(said.texts("allowedAccountIds"))
        .forbidden_account_ids(said.texts("forbiddenAccountIds"))
        .config_files(said.texts("sharedConfigFiles"))
        .credentials_files(said.texts("sharedCredentialsFiles"))
        .maybe_ca_bundle(said.text("customCaBundle"))
        .maybe_use_fips_endpoint(said.flag("useFipsEndpoint"))
        .maybe_use_dualstack_endpoint(said.flag("useDualstackEndpoint"))
        .build();
    for (part, error) in settings.mistakes() {
        let within = match part {
            Part::Whole => Path::root(),
            Part::WebIdentity => said.place(WEB_IDENTITY),
            Part::Role(role) => {
                let number = roles.get(role).map_or(role, |(number, _)| *number);
                said.place("assumeRoles").index(number)
            }
        };
        said.mistakes.push(located(&error, &within, said.spelling));
    }
    settings
}

const WEB_IDENTITY: &str = "assumeRoleWithWebIdentity";

fn access_key(said: &Said) -> Option<AccessKey> {
    const KEYS: [&str; 3] = ["accessKey", "secretKey", "token"];
    let [id, secret, token] = KEYS.map(|key| said.text(key));
    if KEYS.iter().any(|key| said.is_unknown(key)) || [&id, &secret, &token].iter().all(|text| text.is_none())
    {
        return None;
    }
    let key = AccessKey::builder().id(id.unwrap_or_default()).secret(secret.unwrap_or_default());
    Some(key.maybe_session_token(token.map(Secret::from)).build())
}

fn read_role(said: &mut Said, number: usize, role: &Said) -> Option<AssumeRole> {
    let at = said.place("assumeRoles").index(number);
    let role = AssumeRole::builder()
        .role_arn(role.text("roleArn")?)
        .maybe_session_name(role.text("sessionName"))
        .maybe_external_id(role.text("externalId"))
        .maybe_duration(duration(said, role, &at))
        .maybe_policy(role.text("policy"))
        .policy_arns(role.texts("policyArns"))
        .tags(role.pairs("tags"))
        .build();
    Some(role)
}

fn read_identity(said: &mut Said, identity: &Said) -> Option<WebIdentity> {
    const TOKENS: [&str; 2] = ["webIdentityToken", "webIdentityTokenFile"];
    if TOKENS.iter().any(|token| identity.is_unknown(token)) {
        return None;
    }
    let at = said.place(WEB_IDENTITY);
    let [token, file] = TOKENS.map(|token| identity.text(token));
    let identity = WebIdentity::builder()
        .role_arn(identity.text("roleArn")?)
        .maybe_token(token.map(Secret::from))
        .maybe_token_file(file)
        .maybe_session_name(identity.text("sessionName"))
        .maybe_duration(duration(said, identity, &at))
        .maybe_policy(identity.text("policy"))
        .policy_arns(identity.texts("policyArns"))
        .build();
    Some(identity)
}

fn duration(said: &mut Said, session: &Said, at: &Path) -> Option<Duration> {
    let text = session.text("duration")?;
    let duration = humantime::parse_duration(&text).ok();
    if duration.is_none() {
        let at = at.member("duration");
        let message = format!("`{at}` must be a time such as `1h30m`, is `{text}`");
        said.mistakes.push(invalid(message, "give such a time, or leave it out", &at));
    }
    duration
}

/// Returns the diagnostic of a configuration that gives no client, in the host's spelling.
pub fn setting_error(error: &AwsSettingsError, spelling: Spelling) -> Diagnostic {
    located(error, &Path::root(), spelling)
}

/// Returns the diagnostic of an error within a part of the configuration.
fn located(error: &AwsSettingsError, within: &Path, spelling: Spelling) -> Diagnostic {
    let named = match error {
        AwsSettingsError::Malformed { setting, .. } => Some(*setting),
        AwsSettingsError::Account { reason, .. } => reason.split('`').nth(1),
        _ => None,
    };
    let settings = settings(Spelling::CamelCase);
    let mut fields =
        settings.iter().flat_map(|setting| [&setting.field].into_iter().chain(setting.field.fields()));
    let field = named.and_then(|named| fields.find(|field| to_snake_case(&field.name) == named));
    let (Some(named), Some(field)) = (named, field) else {
        return invalid(error.to_string(), error.help(), within);
    };
    let at = within.member(spelled(&field.name, spelling));
    let message = error.to_string().replacen(&format!("`{named}`"), &format!("`{at}`"), 1);
    let found = Diagnostic::new(Code::INVALID_SETTING, message).with_help(error.help());
    match error {
        // An engine may show the source line of a path, and with it the secret in that line.
        AwsSettingsError::Malformed { value: None, .. } => found,
        _ => found.at(at),
    }
}
