//! `AwsConnect::from_environment`, in processes of their own: the environment belongs to all tests of one.

use std::{
    env,
    io::{Read, Write},
    net::TcpListener,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use connect_user::client::{
    ConnectClient,
    aws::{AwsConnect, AwsSettings, AwsSettingsError},
};

use crate::support::*;

/// Runs in the child: connects with what the parent says, and prints what came of it.
#[tokio::test]
#[ignore = "for the other tests of this module"]
async fn child() {
    let settings = AwsSettings::builder()
        .maybe_region(env::var("TEST_REGION").ok())
        .maybe_profile(env::var("TEST_PROFILE").ok())
        .maybe_endpoint_url(env::var("TEST_ENDPOINT_URL").ok())
        .maybe_call_timeout(
            env::var("TEST_CALL_MILLIS")
                .ok()
                .map(|millis| Duration::from_millis(millis.parse().expect("a number"))),
        )
        .build();
    match AwsConnect::from_environment(&settings).await {
        Err(error) => println!("{error}"),
        Ok(client) => {
            println!("{client:?}");
            if settings.endpoint_url.is_some() {
                let error = client.delete_user(&delete_user()).await.expect_err("a failure");
                println!("{error} {:?} {:?}\nhelp: {}", error.kind(), error.effect(), error.help());
            }
        }
    }
}

/// What the child prints with that environment, and no other.
fn output_of_child(environment: &[(&str, &str)]) -> String {
    let output = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", "environment::child", "--ignored", "--nocapture"])
        .env_clear()
        .envs([("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")])
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().copied())
        .output()
        .expect("the child");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn no_region_is_an_error() {
    let text = output_of_child(&[]);
    assert!(text.contains("no AWS Region: set one in the settings, in `AWS_REGION`, or in the profile"));
    let text = output_of_child(&[("TEST_PROFILE", "nobody")]);
    assert!(text.contains("the AWS profile `nobody` is not defined: there are no profiles"), "{text}");
}

#[test]
fn the_settings_show_no_secret_of_an_endpoint() {
    for (url, shown) in [
        ("https://vpce-1.example.com:8443/connect", "https://vpce-1.example.com:8443/connect"),
        ("https://me:secret@example.com:8443/a?key=secret", "https://example.com:8443/a"),
        ("https://example.com/?secret", "https://example.com/"),
        ("https://me:se/secret@example.com", "…"),
        ("https://me:se?secret@example.com", "…"),
        ("me:secret@example.com", "…"),
    ] {
        let text = format!("{:?}", AwsSettings::builder().endpoint_url(url).build());
        assert!(text.contains(&format!("endpoint_url: Some({shown:?})")), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
    let text =
        output_of_child(&[("TEST_REGION", "us-west-2"), ("TEST_ENDPOINT_URL", "ftp://me:secret@h/?secret")]);
    assert!(text.contains("the endpoint URL `ftp://h/` cannot be called"), "{text}");
}

#[test]
fn the_region_comes_from_settings_then_environment_then_profile() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("config");
    std::fs::write(&file, "[default]\nregion = eu-west-1\n[profile other]\nregion = eu-west-2\n")
        .expect("a file");
    let profiles = ("AWS_CONFIG_FILE", file.to_str().expect("a path"));
    let environment = ("AWS_REGION", "eu-central-1");
    for (environment, region) in [
        (vec![profiles], "eu-west-1"),
        (vec![profiles, ("TEST_PROFILE", "other")], "eu-west-2"),
        (vec![profiles, environment], "eu-central-1"),
        (vec![profiles, environment, ("TEST_REGION", "us-west-2")], "us-west-2"),
    ] {
        let text = output_of_child(&environment);
        assert!(text.contains(&format!("AwsConnect {{ region: Some(\"{region}\"), .. }}")), "{text}");
    }
}

#[test]
fn the_endpoint_is_called_once_with_the_credentials_of_the_environment() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    // Serves for as long as the test's process lives: a second attempt would be counted.
    let server = thread::spawn(move || {
        let mut heads = Vec::new();
        while let Ok((mut stream, _)) = listener.accept() {
            let mut head = vec![0; 4096];
            let length = stream.read(&mut head).expect("a request");
            head.truncate(length);
            if head.starts_with(b"END") {
                break;
            }
            heads.push(String::from_utf8(head).expect("text"));
            let answer = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(answer.as_bytes()).expect("an answer");
        }
        heads
    });

    let text = output_of_child(&[
        ("TEST_REGION", "us-west-2"),
        ("TEST_ENDPOINT_URL", &url),
        ("AWS_ACCESS_KEY_ID", "AKIDENV"),
        ("AWS_SECRET_ACCESS_KEY", "not-a-key"),
        ("AWS_MAX_ATTEMPTS", "3"),
    ]);

    let mut end = std::net::TcpStream::connect(url.trim_start_matches("http://")).expect("the server");
    end.write_all(b"END").expect("the end");
    let heads = server.join().expect("the server");
    assert!(
        text.contains("`DeleteUser` failed, the service failed: HTTP status 503 Service Unknown"),
        "{text}"
    );
    let [head] = heads.as_slice() else { panic!("{heads:?}") };
    assert!(head.starts_with("DELETE /users/1c2d/8e9f HTTP/1.1\r\n"), "{head}");
    assert!(
        head.contains("Credential=AKIDENV/") && head.contains("/us-west-2/connect/aws4_request"),
        "{head}"
    );
}

#[test]
fn a_call_that_hangs_ends_when_the_settings_say() {
    // It takes connections, and never says anything.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let started = Instant::now();
    let text = output_of_child(&[
        ("TEST_REGION", "us-west-2"),
        ("TEST_ENDPOINT_URL", &url),
        ("TEST_CALL_MILLIS", "200"),
        ("AWS_ACCESS_KEY_ID", "AKIDENV"),
        ("AWS_SECRET_ACCESS_KEY", "not-a-key"),
    ]);
    assert!(text.contains(&format!("`DeleteUser` failed, no answer came: `{url}`: ")), "{text}");
    assert!(text.contains("Transport Unknown"), "{text}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn without_credentials_nothing_is_sent() {
    let text = output_of_child(&[("TEST_REGION", "us-west-2"), ("TEST_ENDPOINT_URL", "http://127.0.0.1:9")]);
    let said = "`DeleteUser` failed, there are no AWS credentials to use: none in the environment, the profile, a web \
                identity, the container or EC2 Credentials None";
    assert!(text.contains(said), "{text}");
    assert!(text.contains("Credentials None\nhelp: sign in"), "{text}");
}

#[test]
fn the_error_names_the_profile() {
    let error = AwsSettingsError::NoRegion { profile: Some("other".into()) };
    assert!(error.to_string().ends_with("or in the profile `other`"));
    assert_eq!(AwsSettings::default(), AwsSettings::builder().build());
}

/// Credentials and a Region.
const KEYS: &[(&str, &str)] =
    &[("TEST_REGION", "us-west-2"), ("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "not-a-key")];

#[test]
fn a_url_that_cannot_be_called_is_found_before_any_call() {
    for (url, reason) in [
        ("", "empty string"),
        ("localhost:4566", "it must begin with `http://` or `https://`"),
        ("ftp://localhost", "it must begin with `http://` or `https://`"),
        ("http://", "empty"),
        ("http://[x", "invalid authority"),
        ("http://a b/", "invalid uri character"),
    ] {
        for name in ["TEST_ENDPOINT_URL", "AWS_ENDPOINT_URL"] {
            if name == "AWS_ENDPOINT_URL" && url.is_empty() {
                continue; // There, an empty text is none.
            }
            let text = output_of_child(&[KEYS, &[(name, url)]].concat());
            assert!(
                text.contains(&format!("the endpoint URL `{url}` cannot be called")),
                "{name} {url}: {text}"
            );
            assert!(text.contains(reason), "{name} {url}: {text}");
        }
    }
}

#[test]
fn what_cannot_be_reached_says_where_and_why() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = listener.local_addr().expect("an address").to_string();
    drop(listener);
    for (url, said) in [
        (format!("http://{closed}"), format!("`http://{closed}`: tcp connect error: Connection refused")),
        (format!("https://{closed}/x"), format!("`https://{closed}`: tcp connect error: Connection refused")),
        ("http://connect.invalid".to_owned(), "`http://connect.invalid`: dns error: ".to_owned()),
    ] {
        let text = output_of_child(&[KEYS, &[("TEST_ENDPOINT_URL", &url)]].concat());
        assert!(text.contains(&format!("the service cannot be reached: {said}")), "{text}");
        assert!(text.contains("Unreachable None") && text.contains("help: check the endpoint URL"), "{text}");
    }
}

#[test]
fn broken_certificates_of_the_environment_are_found_before_any_call() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("ca.pem");
    std::fs::write(&file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").expect("a file");
    let file = file.to_str().expect("a path");
    let text = output_of_child(&[KEYS, &[("AWS_CA_BUNDLE", file)]].concat());
    assert!(
        text.contains(&format!("the certificates in `{file}` cannot be read: certificate 1: ")),
        "{text}"
    );
}

#[test]
fn a_wrong_profile_says_what_is_wrong_with_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("a path").to_owned()
    };
    let config = write(
        "config",
        "[profile bare]\nregion = us-east-1\n[profile sso]\nregion = us-east-1\nsso_session = work\n\
         sso_account_id = 123456789012\nsso_role_name = r\n",
    );
    let broken = write("broken", "[profile bare\nregion = us-east-1\n");
    let url = "http://127.0.0.1:9";
    for (file, name, profile, said) in [
        (
            &config,
            "TEST_PROFILE",
            "nobody",
            "the AWS profile `nobody` is not defined: there are `bare`, `sso`",
        ),
        (
            &config,
            "AWS_PROFILE",
            "nobody",
            "the AWS profile `nobody` is not defined: there are `bare`, `sso`",
        ),
        (&broken, "TEST_PROFILE", "bare", "the AWS profiles cannot be read: "),
        (&config, "TEST_PROFILE", "bare", "there are no AWS credentials to use: "),
        (
            &config,
            "TEST_PROFILE",
            "sso",
            "sso-session named `work` (referenced by profile `sso`) was not found",
        ),
    ] {
        let environment = [("AWS_CONFIG_FILE", file.as_str()), (name, profile), ("TEST_ENDPOINT_URL", url)];
        let text = output_of_child(&environment);
        assert!(text.contains(said), "{profile}: {text}");
    }
}
