//! What a configuration says of AWS.

use super::{
    forms::invalid,
    said::Said,
    setting::{settings, spelled},
};
use crate::{
    client::aws::{AccessKey, AssumeRole, AwsSettings, AwsSettingsError},
    engine::schema::Field,
    user::{Code, Diagnostic, Path, Secret, Spelling, to_snake_case},
};

/// Reads the settings of AWS, and checks what takes neither the environment nor a call.
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
    let settings = AwsSettings::builder()
        .maybe_region(said.text("region"))
        .maybe_profile(said.text("profile"))
        .maybe_endpoint_url(connect)
        .maybe_sts_endpoint_url(sts)
        .maybe_access_key(access_key(said))
        .assume_roles(roles.iter().map(|(_, role)| role.clone()).collect())
        .allowed_account_ids(said.texts("allowedAccountIds"))
        .forbidden_account_ids(said.texts("forbiddenAccountIds"))
        .config_files(said.texts("sharedConfigFiles"))
        .credentials_files(said.texts("sharedCredentialsFiles"))
        .maybe_ca_bundle(said.text("customCaBundle"))
        .maybe_use_fips_endpoint(said.flag("useFipsEndpoint"))
        .maybe_use_dualstack_endpoint(said.flag("useDualstackEndpoint"))
        .build();
    for (role, error) in settings.mistakes() {
        let role = role.and_then(|role| roles.get(role)).map(|(number, _)| *number);
        let within = role.map_or(Path::root(), |number| said.place("assumeRoles").index(number));
        said.mistakes.push(located(&error, &within, said.spelling));
    }
    settings
}

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
    let duration = role.text("duration").and_then(|text| {
        let duration = humantime::parse_duration(&text).ok();
        if duration.is_none() {
            let at = said.place("assumeRoles").index(number).member("duration");
            let message = format!("`{at}` must be a time such as `1h30m`, is `{text}`");
            said.mistakes.push(invalid(message, "give such a time, or leave it out", &at));
        }
        duration
    });
    let role = AssumeRole::builder()
        .role_arn(role.text("roleArn")?)
        .maybe_session_name(role.text("sessionName"))
        .maybe_external_id(role.text("externalId"))
        .maybe_duration(duration)
        .maybe_policy(role.text("policy"))
        .policy_arns(role.texts("policyArns"))
        .tags(role.pairs("tags"))
        .build();
    Some(role)
}

/// Why a configuration gives no client, in the host's spelling.
pub fn setting_error(error: &AwsSettingsError, spelling: Spelling) -> Diagnostic {
    located(error, &Path::root(), spelling)
}

/// The same, within a part of the configuration.
fn located(error: &AwsSettingsError, within: &Path, spelling: Spelling) -> Diagnostic {
    let settings = settings(Spelling::CamelCase);
    let fields =
        settings.iter().flat_map(|setting| [&setting.field].into_iter().chain(setting.field.fields()));
    let place = |field: &Field| match within.segments() {
        [] => Path::root().member(spelled(&field.name, spelling)),
        _ => within.member(spelled(&field.name, spelling)),
    };
    let named = fields.map(|field| (format!("`{}`", to_snake_case(&field.name)), place(field)));
    let mut named = named.filter(|(name, _)| error.to_string().contains(name.as_str()));
    let Some((name, at)) = named.next() else {
        return invalid(error.to_string(), error.help(), within);
    };
    let message = error.to_string().replacen(&name, &format!("`{at}`"), 1);
    let found = Diagnostic::new(Code::INVALID_SETTING, message).with_help(error.help());
    match error {
        // An engine may show the line at the place, and what is secret in it.
        AwsSettingsError::Malformed { value: None, .. } => found,
        _ => found.at(at),
    }
}
