//! The configuration of a provider: each setting read, spelled and refused.

use connect_user::{
    client::{Rate, RateSource},
    engine::{
        Field, Form, Given, Schema,
        provider::{Configuration, Setting, Support, settings},
    },
    user::{Code, Diagnostic, IgnoreTags, PasswordPolicy, Sensitivity, Severity, SignOutOn, Spelling, Value},
};

fn read_in(json: &str, spelling: Spelling) -> (Configuration, Vec<Diagnostic>) {
    Configuration::read(&serde_json::from_str(json).expect("JSON"), spelling)
}

fn read(json: &str) -> (Configuration, Vec<String>) {
    let (configuration, found) = read_in(json, Spelling::CamelCase);
    (configuration, found.into_iter().map(|found| found.message.into()).collect())
}

/// A value of the form, and what is none.
fn samples(form: &Form) -> (Value, Value) {
    let object = || Value::Map(vec![("a".into(), "b".into())]);
    match form {
        Form::Bool => (Value::Bool(true), object()),
        Form::Integer => (Value::Integer(7), Value::Bool(true)),
        Form::Number => (Value::Float(0.5), Value::Bool(true)),
        Form::Choice(names) => (names[names.len() - 1].into(), "nonsense".into()),
        Form::Set | Form::List => (Value::List(vec!["111122223333".into()]), object()),
        Form::Map => (object(), Value::List(Vec::new())),
        Form::Object(_) => (Value::Map(Vec::new()), Value::Integer(1)),
        Form::Objects(_) => (Value::List(Vec::new()), object()),
        _ => ("a".into(), Value::List(Vec::new())),
    }
}

#[test]
fn every_setting_is_taken_in_its_form_and_in_no_other() {
    for spelling in [Spelling::CamelCase, Spelling::SnakeCase] {
        for Setting { field, support, .. } in settings(spelling) {
            let (right, wrong) = samples(&field.form);
            // Those that are checked further are given what they may hold.
            let right = match field.name.as_str() {
                "region" => "eu-central-1".into(),
                "probeTo" | "probe_to" => "10".into(),
                "signOutOn" | "sign_out_on" => Value::List(vec!["deletion".into()]),
                name if name.ends_with("dentity") => {
                    let members =
                        [("roleArn", "arn:aws:iam::111122223333:role/a"), ("webIdentityToken", "a")];
                    let spelled =
                        |(name, value): (&str, &str)| (spelling.name(name).into_owned(), value.into());
                    Value::Map(members.map(spelled).into())
                }
                name if name.ends_with("rl") => "https://localhost".into(),
                _ => right,
            };
            let one = |value| {
                let mut members = vec![(field.name.clone(), value)];
                if field.sensitivity == Sensitivity::Secret {
                    // They are given together.
                    members = ["accessKey", "secretKey", "token"]
                        .map(|name| (spelling.name(name).into_owned(), "a".into()))
                        .into();
                }
                Configuration::read(&Value::Map(members), spelling).1
            };
            let found = one(right);
            let severities: Vec<Severity> = found.iter().map(|found| found.severity).collect();
            let expected = match support {
                Support::Full | Support::Accepted => vec![],
                Support::WithoutEffect => vec![Severity::Warning],
                _ => vec![Severity::Error],
            };
            assert_eq!(severities, expected, "{found:?}");
            if support == Support::Full && field.sensitivity == Sensitivity::Public {
                let found = one(wrong);
                assert!(found.iter().any(|found| found.path.to_string() == field.name && found.is_error()));
                assert!(found.iter().all(|found| found.help.is_some()), "{found:?}");
            }
            assert!(field.description.ends_with('.'), "{}", field.name);
        }
    }
}

/// The names that a description has in backticks.
fn named(field: &Field) -> Vec<&str> {
    let inner = field.fields().iter().flat_map(named);
    field.description.split('`').skip(1).step_by(2).chain(inner).collect()
}

#[test]
fn descriptions_name_settings_as_the_host_does() {
    let fields =
        |spelling| settings(spelling).into_iter().map(|setting| setting.field).collect::<Vec<Field>>();
    let (camel, snake) = (fields(Spelling::CamelCase), fields(Spelling::SnakeCase));
    let (camel, mut snake): (Vec<&str>, Vec<&str>) =
        (camel.iter().flat_map(named).collect(), snake.iter().flat_map(named).collect());
    assert!(["assumeRoles", "callsPerSecond", "burst"].iter().all(|name| camel.contains(name)), "{camel:?}");
    assert!(
        ["assume_role", "calls_per_second", "burst"].iter().all(|name| snake.contains(name)),
        "{snake:?}"
    );
    let schema = Schema::new(Spelling::SnakeCase).with_region();
    snake.extend(schema.fields.iter().flat_map(named));
    let is_camel = |name: &&&str| {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.contains(|character: char| character.is_ascii_uppercase())
            && name.chars().all(char::is_alphanumeric)
    };
    assert_eq!(snake.iter().find(is_camel), None);
}

#[test]
fn a_default_is_told_once() {
    for Setting { field, .. } in settings(Spelling::SnakeCase) {
        let told = field.documentation().matches("efault").count();
        let knows = usize::from(field.default.is_some());
        assert!(told == knows || field.default.is_none() && told < 2, "{}", field.documentation());
    }
    let all = settings(Spelling::CamelCase);
    let told = |name: &str| {
        let found = all.iter().find(|setting| setting.field.name == name).expect("a setting");
        found.field.documentation()
    };
    assert!(told("onPasswordChange").ends_with(" Default: `warn`."), "{}", told("onPasswordChange"));
    assert!(told("sharedQuota").ends_with(" Default: `false`."), "{}", told("sharedQuota"));
}

#[test]
fn names_are_those_of_the_aws_providers() {
    let names =
        |spelling| settings(spelling).into_iter().map(|setting| setting.field.name).collect::<Vec<_>>();
    let (camel, snake) = (names(Spelling::CamelCase), names(Spelling::SnakeCase));
    for (pulumi, terraform) in [
        ("accessKey", "access_key"),
        ("assumeRoles", "assume_role"),
        ("customCaBundle", "custom_ca_bundle"),
        ("defaultTags", "default_tags"),
        ("sharedConfigFiles", "shared_config_files"),
        ("skipRequestingAccountId", "skip_requesting_account_id"),
        ("useDualstackEndpoint", "use_dualstack_endpoint"),
    ] {
        let at = camel.iter().position(|name| name == pulumi).expect("a setting");
        assert_eq!(snake[at], terraform);
    }
    let secrets: Vec<_> = settings(Spelling::CamelCase)
        .into_iter()
        .filter(|setting| setting.field.sensitivity == Sensitivity::Secret)
        .map(|setting| setting.field.name)
        .collect();
    assert_eq!(secrets, ["accessKey", "secretKey", "token"]);
    let all = settings(Spelling::SnakeCase);
    let identity = all.iter().find(|setting| setting.field.name == "assume_role_with_web_identity");
    let fields = identity.expect("a setting").field.fields();
    let token = fields.iter().find(|field| field.name == "web_identity_token").expect("a setting");
    assert_eq!(token.sensitivity, Sensitivity::Secret);
    let all = settings(Spelling::CamelCase);
    let roles = all.iter().find(|setting| setting.field.name == "assumeRoles").expect("a setting");
    let required = roles.field.fields().iter().filter(|field| field.given == Given::Required);
    assert_eq!(required.map(|field| field.name.as_str()).collect::<Vec<_>>(), ["roleArn"]);
}

#[test]
fn what_is_said_is_what_is_meant() {
    let (configuration, found) = read(
        r#"{
            "__internal": 1,
            "defaultTags": { "tags": { "team": "ops", "__defaults": [] }, "__defaults": [] },
            "ignoreTags": { "keys": ["cost"], "keyPrefixes": ["x-"] },
            "onPasswordChange": "replace",
            "signOutOn": ["deletion", "changed-email"],
            "callsPerSecond": 10,
            "burst": 20,
            "maxRetries": 0,
            "maxDeletes": 3,
            "sharedQuota": true,
            "adoptExisting": true,
            "refresh": "full"
        }"#,
    );
    assert_eq!(found, [""; 0]);
    assert_eq!(configuration.settings.password, PasswordPolicy::Replace);
    assert!(configuration.settings.sign_out_on.contains(&SignOutOn::ChangedEmail));
    assert_eq!(configuration.settings.default_tags.get("team").map(String::as_str), Some("ops"));
    assert!(configuration.settings.ignore_tags == IgnoreTags::new(["cost"], ["x-"]));
    assert_eq!(configuration.rate.to_string(), "10:20");
    assert_eq!((configuration.max_retries, configuration.max_deletes), (Some(0), Some(3)));
    assert!(configuration.shared_quota && configuration.adopt_existing);
    assert_eq!(configuration.refresh.as_str(), "full");

    let (configuration, found) = Configuration::read(&Value::Null, Spelling::CamelCase);
    assert_eq!(found, []);
    assert_eq!((configuration.rate.to_string(), configuration.max_retries), ("2:5".to_owned(), None));
}

#[test]
fn where_rates_come_from_is_said_or_given() {
    let from = |json| {
        let (configuration, found) = read(json);
        (configuration.rates_from, configuration.probe_to, found.join("; "))
    };
    let ten = RateSource::Given(Rate::per_second(10.0, 5).expect("a rate"));
    assert_eq!(from("{}"), (RateSource::Assumed, None, String::new()));
    assert_eq!(
        from(r#"{ "ratesFrom": "account", "probeTo": "documented" }"#),
        (RateSource::Account, Some(RateSource::Documented), String::new())
    );
    assert_eq!(
        from(r#"{ "callsPerSecond": 10, "probeTo": 20 }"#),
        (ten, Some(RateSource::Given(Rate::per_second(20.0, 5).expect("a rate"))), String::new())
    );
    let (_, none, found) = from(r#"{ "probeTo": "fast" }"#);
    let expected =
        "`probeTo` must be 0.001 to 1,000,000 calls a second, `documented` or `account`, is `fast`";
    assert_eq!((none, found.as_str()), (None, expected));
}

#[test]
fn what_looks_like_a_number_is_the_text_that_was_meant() {
    let (configuration, found) = read(
        r#"{ "defaultTags": "{\"tags\": {\"centre\": 5, \"on\": true}}", "sharedQuota": "true", "burst": "7" }"#,
    );
    assert_eq!(found, [""; 0]);
    let tags: Vec<_> =
        configuration.settings.default_tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(tags, ["centre=5", "on=true"]);
    assert_eq!((configuration.shared_quota, configuration.rate.to_string()), (true, "2:7".to_owned()));
}

#[test]
fn a_whole_number_may_come_as_a_double() {
    let of = |value: Value| {
        let map = Value::Map(vec![("maxDeletes".into(), value)]);
        let (configuration, found) = Configuration::read(&map, Spelling::CamelCase);
        (configuration.max_deletes, found.into_iter().map(|found| found.message.into()).collect())
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(of(Value::Float(5.0)), (Some(5), none));
    for wrong in [5.5, -1.0, 1e19, f64::NAN, f64::INFINITY] {
        let (limit, found) = of(Value::Float(wrong));
        assert_eq!((limit, found.len()), (None, 1), "{wrong}: {found:?}");
    }
}

#[test]
fn a_block_of_terraform_is_an_object() {
    let (configuration, found) =
        read_in(r#"{ "default_tags": [{ "tags": { "a": "b" } }], "ignore_tags": [] }"#, Spelling::SnakeCase);
    assert_eq!(found, []);
    assert_eq!(configuration.settings.default_tags.get("a").map(String::as_str), Some("b"));
}

#[test]
fn nothing_is_passed_over_in_silence() {
    for (inputs, place, message) in [
        (r#"{"allowedAccountIds": "123456789012"}"#, "allowedAccountIds", "must be a list, not a number"),
        (r#"{"allowedAccountIds": [null]}"#, "allowedAccountIds[0]", "must be a string, not null"),
        (r#"{"allowedAccountIds": "[null]"}"#, "allowedAccountIds[0]", "must be a string, not null"),
        (r#"{"defaultTags": {"tags": {"a": null}}}"#, "defaultTags.tags.a", "must be a string, not null"),
        (
            r#"{"probeTo": "10:5"}"#,
            "probeTo",
            "must be 0.001 to 1,000,000 calls a second, `documented` or `account`, is `10:5`",
        ),
        (
            r#"{"probeTo": "assumed"}"#,
            "probeTo",
            "must be 0.001 to 1,000,000 calls a second, `documented` or `account`, is `assumed`",
        ),
        (r#"{"probeTo": "0"}"#, "probeTo", "must be 0.001 to 1,000,000 calls a second, `documented`"),
        (r#"{"probeTo": 1000001}"#, "probeTo", "must be 0.001 to 1,000,000 calls a second, `documented`"),
        (r#"{"probeTo": 2}"#, "probeTo", "has no effect since no operation has a lower rate to begin with"),
        (r#"{"probeTo": "documented", "callsPerSecond": 20}"#, "probeTo", "has no effect since"),
        (r#"{"ratesFrom": "account", "burst": 9}"#, "ratesFrom", "has no effect beside `burst`"),
        (
            r#"{"ratesFrom": "account", "callsPerSecond": 9}"#,
            "ratesFrom",
            "has no effect beside `callsPerSecond`",
        ),
        (r#"{"assumeRoles": [null]}"#, "assumeRoles[0]", "must be an object, not null"),
        (r#"{"defaultTags": [null]}"#, "defaultTags", "must be an object, not null"),
        (r#"{"forbiddenAccountIds": [[]]}"#, "forbiddenAccountIds[0]", "must be a string, not a list"),
        (r#"{"defaultTags": ["a"]}"#, "defaultTags", "must be an object, not a string"),
        (r#"{"defaultTags": {"tags": {"a": {}}}}"#, "defaultTags.tags.a", "must be a string, not an object"),
        (r#"{"ignoreTags": {"keys": "a"}}"#, "ignoreTags.keys", "must be a list, not a string"),
        (r#"{"endpoints": {"connect": "http://localhost"}}"#, "endpoints", "must be a list, not an object"),
        (r#"{"assumeRoles": ["arn"]}"#, "assumeRoles[0]", "must be an object, not a string"),
        (r#"{"assumeRoles": [{}]}"#, "assumeRoles[0].roleArn", "is required"),
        (r#"{"region": ["eu-central-1"]}"#, "region", "must be a string, not a list"),
        (r#"{"useFipsEndpoint": "on"}"#, "useFipsEndpoint", "must be `true` or `false`, not a string"),
        (r#"{"burst": 1.5}"#, "burst", "must be a whole number, and has a fraction"),
        (r#"{"maxRetries": 1001}"#, "maxRetries", "must be 0 to 1,000, is 1,001"),
        (r#"{"callsPerSecond": 0}"#, "callsPerSecond", "must be 0.001 to 1,000,000, is 0"),
        (r#"{"signOutOn": ["death"]}"#, "signOutOn[0]", ": `death` is not one of `deletion`"),
        (r#"{"refresh": "search"}"#, "refresh", ": `search` is not one of `changed`, `full`"),
        (r#"{"httpProxy": "http://localhost"}"#, "httpProxy", "is not supported"),
    ] {
        let (_, found) = read_in(inputs, Spelling::CamelCase);
        let message = format!("`{place}` {message}").replace("` :", "`:");
        assert!(found.iter().any(|found| found.message.starts_with(&message)), "{inputs}: {found:?}");
        assert!(found.iter().any(|found| found.path.to_string() == place && found.help.is_some()));
    }
    for (inputs, message, help) in [
        (r#"{"regoin": "x"}"#, "there is no setting `regoin`", "did you mean `region`?"),
        (
            r#"{"ignoreTags": {"key": []}}"#,
            "there is no setting `key` in `ignoreTags`",
            "did you mean `keys`?",
        ),
        (
            r#"{"defaultTags": {"team": "ops"}}"#,
            "there is no setting `team` in `defaultTags`",
            "it may have `tags`",
        ),
    ] {
        let (_, found) = read_in(inputs, Spelling::CamelCase);
        assert_eq!((&*found[0].message, found[0].help.as_deref()), (message, Some(help)));
        assert_eq!(found[0].code, Code::INVALID_SETTING);
    }
    // The defaults of SDKs ask for nothing.
    assert_eq!(read(r#"{"insecure": "false", "httpProxy": "", "userAgents": null}"#).1, [""; 0]);
    let (_, found) = read_in(r#"{"stsRegion": "eu-west-1"}"#, Spelling::CamelCase);
    assert!(found[0].help.as_deref().is_some_and(|help| help.contains("endpoints: [{sts: URL}]")));
}

#[test]
fn what_is_not_known_yet_is_no_mistake() {
    let unknown = |name: &str| (name.to_owned(), Value::Unknown);
    let inputs = Value::Map(vec![
        unknown("accessKey"),
        ("secretKey".to_owned(), "a".into()),
        unknown("region"),
        unknown("allowedAccountIds"),
        ("assumeRoles".to_owned(), Value::List(vec![Value::Unknown, Value::Map(vec![unknown("roleArn")])])),
        ("defaultTags".to_owned(), Value::Map(vec![("tags".to_owned(), Value::Map(vec![unknown("team")]))])),
    ]);
    let (configuration, found) = Configuration::read(&inputs, Spelling::CamelCase);
    assert_eq!(found, []);
    assert!(configuration.is_unknown() && configuration.has_unknown("defaultTags"));
    assert!(!configuration.has_unknown("secretKey"));
}

#[cfg(feature = "aws")]
mod aws {
    use connect_user::{client::aws::AwsSettingsError, engine::provider::setting_error};

    use super::*;

    #[test]
    fn what_is_said_of_aws_is_told_at_its_place() {
        for (inputs, place, message) in [
            (
                r#"{"assumeRoles": [{"roleArn": "arn:aws:iam::111122223333:role/a"}, {"roleArn": "arn"}]}"#,
                "assumeRoles[1].roleArn",
                "`assumeRoles[1].roleArn` must be the ARN of a role such as `arn:aws:iam::111122223333:role/NAME`, \
                 is `arn`",
            ),
            (
                r#"{"assumeRoles": [{"roleArn": "arn:aws:iam::111122223333:role/a", "duration": "soon"}]}"#,
                "assumeRoles[0].duration",
                "`assumeRoles[0].duration` must be a time such as `1h30m`, is `soon`",
            ),
            (
                r#"{"forbiddenAccountIds": [7]}"#,
                "forbiddenAccountIds",
                "`forbiddenAccountIds` must be ids of 12 digits, is `7`",
            ),
            (
                r#"{"assumeRoleWithWebIdentity": {"roleArn": "arn", "webIdentityToken": "a"}}"#,
                "assumeRoleWithWebIdentity.roleArn",
                "`assumeRoleWithWebIdentity.roleArn` must be the ARN of a role such as \
                 `arn:aws:iam::111122223333:role/NAME`, is `arn`",
            ),
            (
                r#"{"assumeRoleWithWebIdentity": {"roleArn": "arn:aws:iam::111122223333:role/a"}}"#,
                "",
                "`assumeRoleWithWebIdentity.webIdentityToken` must be given here or in a file, and not in both",
            ),
            // What is secret has no place: an engine may show the line there.
            (
                r#"{"token": "a"}"#,
                "",
                "`accessKey` must be the id of an access key, of letters, digits and `_`",
            ),
            (
                r#"{"endpoints": [{"connect": "http://a"}], "endpointUrl": "http://b"}"#,
                "endpointUrl",
                "one property is given as `endpoints[].connect` and as `endpointUrl`",
            ),
            (
                r#"{"endpoints": [{"connect": "sts"}]}"#,
                "",
                "the endpoint URL `sts` cannot be called: it must begin with `http://` or `https://`",
            ),
        ] {
            let (_, found) = read_in(inputs, Spelling::CamelCase);
            let found: Vec<_> =
                found.iter().map(|found| (found.path.to_string(), found.message.as_str())).collect();
            assert_eq!(found, [(place.to_owned(), message)], "{inputs}");
        }
        let (configuration, found) = read(r#"{"allowedAccountIds": "[123456789012]"}"#);
        assert_eq!((found, configuration.aws.allowed_account_ids), (vec![], vec!["123456789012".to_owned()]));
    }

    #[test]
    fn a_switch_that_is_off_is_not_unset() {
        let flag = |json| read(json).0.aws.use_fips_endpoint;
        assert_eq!(flag(r#"{"useFipsEndpoint": false}"#), Some(false));
        assert_eq!(flag(r#"{"useFipsEndpoint": "true"}"#), Some(true));
        assert_eq!(flag("{}"), None);
    }

    #[test]
    fn a_client_that_cannot_be_is_told_in_the_hosts_words() {
        let error = AwsSettingsError::Account {
            account: "111122223333".into(),
            reason: "it is in `forbidden_account_ids`",
        };
        for (spelling, name) in
            [(Spelling::CamelCase, "forbiddenAccountIds"), (Spelling::SnakeCase, "forbidden_account_ids")]
        {
            let found = setting_error(&error, spelling);
            assert_eq!(
                found.message,
                format!("the AWS account `111122223333` is not allowed: it is in `{name}`")
            );
            assert_eq!(found.path.to_string(), name);
        }
    }
}
