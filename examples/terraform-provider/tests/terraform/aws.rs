//! Connecting to AWS: keys, files, roles, accounts, certificates, endpoints, retries.

use std::fs;

use crate::{
    sts::{ACCOUNT, Sts},
    support::*,
};

const TEST: &str = "connect_user.test";

/// Plans a user with only the given AWS settings in the environment.
fn plan(w: &Workspace<'_>, environment: &[(&str, &str)]) -> Said {
    let mut plan = w.command(&["plan", "-no-color", "-input=false"]);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION"] {
        plan.env_remove(name);
    }
    plan.env("HOME", w.path("")).envs(environment.iter().copied());
    Said::new(plan.output().expect("terraform runs"))
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "example")];

#[test]
fn calls_are_signed_with_the_key_that_is_given() {
    let server = Server::start(&[]);
    let options = "access_key = \"AKIDGIVEN\"\n secret_key = \"the-secret\"\n token = \"the-token\"";
    let w = Workspace::with(&server, options);
    w.apply(&user(""));
    assert_eq!(server.signed("CreateUser"), ["AKIDGIVEN/us-east-1"]);
    let state = fs::read_to_string(w.path("terraform.tfstate")).expect("the state");
    assert!(!state.contains("the-secret") && !state.contains("the-token"));
}

#[test]
fn calls_are_signed_with_a_key_of_the_shared_files() {
    let server = Server::start(&[]);
    let w = Workspace::with(
        &server,
        "profile = \"team\"\n shared_config_files = [\"config\"]\n shared_credentials_files = [\"first\", \"credentials\"]",
    );
    w.write(&user(""));
    let said = plan(&w, &[]);
    assert!(said.text.contains("The AWS profiles cannot be read"), "{}", said.text);
    fs::write(w.path("config"), "[profile team]\nregion = eu-west-2\n").expect("written");
    fs::write(w.path("first"), "[other]\naws_access_key_id = AKIDOTHER\naws_secret_access_key = b\n")
        .expect("written");
    fs::write(w.path("credentials"), "[team]\naws_access_key_id = AKIDFILE\naws_secret_access_key = a\n")
        .expect("written");
    let said = plan(&w, &KEYS[..0]);
    assert_eq!(said.code, 0, "{}", said.text);
    assert_eq!(server.signed("DescribeInstance"), ["AKIDFILE/us-east-1"]);
}

#[test]
fn roles_are_assumed_each_with_the_credentials_of_the_one_before() {
    let (server, sts) = (Server::start(&[]), Sts::start());
    let role = |name: &str, more: &str| {
        format!("assume_role {{\n role_arn = \"arn:aws:iam::{ACCOUNT}:role/{name}\"\n {more}\n }}")
    };
    let more = "session_name = \"users\"\n external_id = \"x-1\"\n duration = \"1h30m\"\n policy = \"{}\"\n \
                policy_arns = [\"arn:aws:iam::aws:policy/P\"]\n tags = { team = \"a\" }";
    let options =
        format!("sts_endpoint_url = \"{}\"\n {}\n {}", sts.url, role("first", more), role("second", ""));
    let w = Workspace::with(&server, &options);
    w.write(&user(""));
    w.ok(&["apply", "-auto-approve"]);
    assert_eq!(server.signed("CreateUser"), ["AKIDROLER/us-east-1"]);
    let asked = sts.requests();
    let first = asked.iter().find(|request| request.contains("role%2Ffirst")).expect("the first role");
    for part in [
        "Credential=AKIDEXAMPLE/",
        "RoleSessionName=users",
        "ExternalId=x-1",
        "DurationSeconds=5400",
        "Policy=%7B%7D",
        "PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FP",
        "Tags.member.1.Key=team",
    ] {
        assert!(first.contains(part), "{part}: {first}");
    }
    let second = asked.iter().find(|request| request.contains("role%2Fsecond")).expect("the second role");
    assert!(second.contains("Credential=AKIDROLE/"), "{second}");
}

#[test]
fn accounts_are_allowed_and_forbidden() {
    let (server, sts) = (Server::start(&[]), Sts::start());
    let options = |accounts: &str| format!("sts_endpoint_url = \"{}\"\n {accounts}", sts.url);
    for (accounts, refused) in [
        (format!("allowed_account_ids = [\"000000000000\", \"{ACCOUNT}\"]"), None),
        ("forbidden_account_ids = [\"000000000000\"]".to_owned(), None),
        ("allowed_account_ids = [\"000000000000\"]".to_owned(), Some("it is not in `allowed_account_ids`")),
        (format!("forbidden_account_ids = [\"{ACCOUNT}\"]"), Some("it is in `forbidden_account_ids`")),
    ] {
        let options = options(&accounts);
        let w = Workspace::with(&server, &options);
        w.write(&user(""));
        let (said, before) = (plan(&w, &KEYS), server.calls("DescribeInstance"));
        assert_eq!(said.code, i32::from(refused.is_some()), "{}", said.text);
        if let Some(refused) = refused {
            let told = format!("The AWS account `{ACCOUNT}` is not allowed: {refused}");
            assert!(said.text.contains(&told), "{}", said.text);
            assert_eq!(server.calls("DescribeInstance"), before, "nobody is asked");
        }
    }
    let w = Workspace::with(
        &server,
        "sts_endpoint_url = \"http://127.0.0.1:9\"\n allowed_account_ids = [\"000000000000\"]",
    );
    w.write(&user(""));
    let said = plan(&w, &KEYS);
    assert!(said.text.contains("The AWS account of the credentials cannot be told: "), "{}", said.text);
}

#[test]
fn certificates_of_its_own_are_trusted_where_they_are_named() {
    let (server, (sts, certificate)) = (Server::start(&[]), Sts::start_encrypted());
    let options = format!(
        "sts_endpoint_url = \"{}\"\n custom_ca_bundle = \"ca.pem\"\n allowed_account_ids = [\"{ACCOUNT}\"]",
        sts.url
    );
    let w = Workspace::with(&server, &options);
    w.write(&user(""));
    let said = plan(&w, &KEYS);
    assert!(said.text.contains("The certificates in `ca.pem` cannot be read: No such file"), "{}", said.text);
    fs::write(w.path("ca.pem"), "no certificate").expect("written");
    let said = plan(&w, &KEYS);
    assert!(said.text.contains("The certificates in `ca.pem` cannot be read: "), "{}", said.text);
    fs::write(w.path("ca.pem"), certificate.replacen('M', "!", 1)).expect("written");
    let said = plan(&w, &KEYS);
    assert!(
        said.text.contains("The certificates in `ca.pem` cannot be read: certificate 1: "),
        "{}",
        said.text
    );
    fs::write(w.path("ca.pem"), &certificate).expect("written");
    let said = plan(&w, &KEYS);
    assert_eq!(said.code, 0, "{}", said.text);

    let text = fs::read_to_string(w.path("main.tf")).expect("the configuration");
    fs::write(w.path("main.tf"), text.replace("custom_ca_bundle = \"ca.pem\"", "")).expect("written");
    let said = plan(&w, &KEYS);
    assert!(
        said.text.contains("cannot be told") && said.text.to_lowercase().contains("certificate"),
        "{}",
        said.text
    );
    let bundle = w.path("ca.pem").display().to_string();
    assert_eq!(plan(&w, &[&KEYS[..], &[("AWS_CA_BUNDLE", &bundle)]].concat()).code, 0);
}

#[test]
fn endpoints_of_other_kinds_are_called() {
    let server = Server::start(&[]);
    // A server with another certificate is not trusted: no call is made.
    let (_, nobody) = Sts::start_encrypted();
    for (option, host) in [
        ("use_fips_endpoint = true", "https://connect-fips.us-east-1.amazonaws.com`"),
        ("use_dualstack_endpoint = true", "https://connect.us-east-1.api.aws`"),
        ("", "https://connect.us-east-1.amazonaws.com`"),
    ] {
        let options = format!("custom_ca_bundle = \"ca.pem\"\n {option}");
        let w = Workspace::with(&server, &options);
        fs::write(w.path("ca.pem"), &nobody).expect("written");
        w.write(&user(""));
        let text = fs::read_to_string(w.path("main.tf")).expect("the configuration");
        let text: Vec<&str> = text.lines().filter(|line| !line.contains("endpoint_url")).collect();
        fs::write(w.path("main.tf"), text.join("\n")).expect("written");
        let said = plan(&w, &KEYS);
        assert!(said.code == 1 && said.text.contains(host), "{}", said.text);
    }
}

#[test]
fn calls_are_repeated_as_often_as_is_said() {
    let fault = "DescribeInstance:1:500/InternalServiceException";
    for (option, code, calls) in [("max_retries = 0", 1, 1), ("max_retries = 1", 0, 2)] {
        let server = Server::start(&["--fault", fault]);
        let w = Workspace::with(&server, option);
        w.write(&user(""));
        let said = w.run(&["plan"]);
        assert_eq!((said.code, server.calls("DescribeInstance")), (code, calls), "{option}: {}", said.text);
    }
}

#[test]
fn what_is_malformed_is_refused_before_any_call() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    let written = |options: &str| {
        let text = fs::read_to_string(w.path("main.tf")).expect("the configuration");
        let text = text.replace("burst            = 1000", &format!("burst = 1000\n {options}"));
        fs::write(w.path("main.tf"), text).expect("written");
    };
    let role = |text: &str| format!("assume_role {{\n {text}\n }}");
    let arn = format!("role_arn = \"arn:aws:iam::{ACCOUNT}:role/r\"");
    for (options, told) in [
        ("access_key = \"AKIDONLY\"".to_owned(), "`secret_key` must be the secret of the access key"),
        ("secret_key = \"tell-nobody\"".to_owned(), "`access_key` must be the id of an access key"),
        ("token = \"tell-nobody\"".to_owned(), "`access_key` must be the id of an access key"),
        (
            "access_key = \"tell-nobody\"\n secret_key = \"AKIDSWAPPED\"".to_owned(),
            "`access_key` must be the id of an access key, of letters, digits and `_`",
        ),
        (role("role_arn = \"admin\""), "`assume_role[0].role_arn` must be the ARN of a role such as"),
        (
            role(&format!("{arn}\n session_name = \"a b\"")),
            "`assume_role[0].session_name` must be 2 to 64 letters",
        ),
        (
            role(&format!("{arn}\n duration = \"1m\"")),
            "`assume_role[0].duration` must be 15 minutes to 12 hours, is `1m`",
        ),
        (
            role(&format!("{arn}\n duration = \"long\"")),
            "`assume_role[0].duration` must be a time such as `1h30m`, is `long`",
        ),
        (
            "allowed_account_ids = [\"mine\"]".to_owned(),
            "`allowed_account_ids` must be ids of 12 digits, is `mine`",
        ),
        ("sts_endpoint_url = \"sts\"".to_owned(), "The endpoint URL `sts` cannot be called"),
        ("max_retries = -1".to_owned(), "`max_retries` must be 0 to 1,000, is -1"),
    ] {
        w.write(&user(""));
        written(&options);
        let said = w.fails(&["validate"]);
        assert!(said.contains(told), "{options}: {said}");
        assert!(!said.contains("tell-nobody"), "{said}");
    }
    assert_eq!(server.calls("DescribeInstance"), 0);
    assert_eq!(w.state(TEST), serde_json::Value::Null);
}

/// As workloads in clusters and pipelines sign in: with a token of an issuer that AWS trusts, without any key.
#[test]
fn a_role_is_assumed_by_a_web_identity() {
    let (server, sts) = (Server::start(&[]), Sts::start());
    let token = tempfile::NamedTempFile::new().expect("a file");
    fs::write(token.path(), "a-token").expect("written");
    let role = |token: &str| {
        format!(
            "sts_endpoint_url = \"{}\"\n assume_role_with_web_identity {{\n role_arn = \"arn:aws:iam::{ACCOUNT}:role/web\"\n \
             session_name = \"users\"\n duration = \"30m\"\n policy = \"{{}}\"\n {token}\n }}",
            sts.url
        )
    };
    for given in
        ["web_identity_token = \"a-token\"", &format!("web_identity_token_file = {:?}", token.path())]
    {
        let options = role(given);
        let w = Workspace::with(&server, &options);
        w.write(&user(""));
        w.ok(&["apply", "-auto-approve"]);
        w.ok(&["destroy", "-auto-approve"]);
        let asked = sts.requests();
        let last = asked.iter().rfind(|request| request.contains("WebIdentity")).expect("a request");
        for part in
            ["WebIdentityToken=a-token", "RoleSessionName=users", "DurationSeconds=1800", "Policy=%7B%7D"]
        {
            assert!(last.contains(part), "{part}: {last}");
        }
    }
    assert_eq!(server.signed("CreateUser"), ["AKIDWEB/us-east-1", "AKIDWEB/us-east-1"]);

    let both = role("web_identity_token = \"tell-nobody\"\n web_identity_token_file = \"f\"");
    let w = Workspace::with(&server, &both);
    w.write(&user(""));
    let said = w.fails(&["validate"]);
    assert!(said.contains("web_identity_token") && !said.contains("tell-nobody"), "{said}");

    // The environment of a cluster has the same effect without a block.
    let options = format!("sts_endpoint_url = \"{}\"", sts.url);
    let w = Workspace::with(&server, &options);
    w.write(&user(""));
    let mut apply = w.command(&["apply", "-auto-approve", "-no-color", "-input=false"]);
    apply.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    apply.env("AWS_WEB_IDENTITY_TOKEN_FILE", token.path()).env("AWS_ENDPOINT_URL_STS", &sts.url);
    apply.env("AWS_ROLE_ARN", format!("arn:aws:iam::{ACCOUNT}:role/env"));
    let said = Said::new(apply.output().expect("terraform runs"));
    assert_eq!(said.code, 0, "{}", said.text);
    assert_eq!(server.signed("CreateUser").last().map(String::as_str), Some("AKIDWEB/us-east-1"));
}
