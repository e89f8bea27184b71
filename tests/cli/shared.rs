//! States that a team shares.

use crate::tool::{Tool, jane};

#[cfg(not(feature = "object-store"))]
#[test]
fn a_build_without_the_feature_says_so() {
    let tool = Tool::new();
    let program = tool.program(&jane());
    for args in [&["plan", &program][..], &["state", "unlock"]] {
        let said = tool.fails(&[args, &["--state", "s3://bucket/users"]].concat());
        assert!(said.contains("this build cannot open the state `s3://bucket/users`"), "{said}");
        assert!(said.contains("--features object-store"), "{said}");
    }
}

#[test]
fn a_url_of_no_kind_of_state_is_refused_by_every_build() {
    let tool = Tool::new();
    let program = tool.program(&jane());
    for args in [&["plan", &program][..], &["state", "unlock"]] {
        let said = tool.fails(&[args, &["--state", "ftp://bucket/users"]].concat());
        assert!(said.contains("it must begin with `s3://`, `gs://`, `az://` or `file:///`"), "{said}");
        assert!(!said.contains("--features"), "{said}");
    }
}

#[test]
fn a_file_has_no_lease() {
    let said = Tool::new().fails(&["state", "unlock"]);
    assert!(said.contains("`.connect-user/users.redb` is a file, which has no lease"), "{said}");
}

#[test]
fn users_move_from_one_file_to_another() {
    let tool = Tool::new();
    let program = tool.program(&jane());
    let said = tool.fails(&["state", "migrate", ".connect-user/users.redb", "other.redb"]);
    assert!(said.contains("`.connect-user/users.redb` has no recorded users"), "{said}");
    tool.apply(&program);
    let same = tool.path(".connect-user/users.redb").display().to_string();
    let said = tool.fails(&["state", "migrate", ".connect-user/users.redb", &same]);
    assert!(said.contains("is the state that the users are copied from"), "{said}");
    let said = tool.ok(&["state", "migrate", ".connect-user/users.redb", "other.redb"]).out;
    assert!(said.starts_with("Copied 1 user to `other.redb`."), "{said}");
    assert!(tool.ok(&["plan", &program, "--state", "other.redb"]).out.contains("No changes"));
    let said = tool.ok(&["state", "migrate", ".connect-user/users.redb", "other.redb"]).out;
    assert!(said.starts_with("Copied 1 user to `other.redb`."), "they are there already: {said}");
    let mut changed = jane();
    changed["routingProfileId"] = "r2".into();
    tool.apply(&tool.program(&changed));
    let said = tool.fails(&["state", "migrate", ".connect-user/users.redb", "other.redb"]);
    assert!(said.contains("the state to migrate to has other recorded users already"), "{said}");
}

#[cfg(feature = "object-store")]
#[test]
fn an_apply_over_a_shared_state_is_locked_and_unlocked() {
    use connect_user::fleet::{SharedLocation, SharedStore, StateStore};

    let tool = Tool::new();
    let program = tool.program(&jane());
    tool.apply(&program);
    let url = format!("file://{}", tool.path("team/users").display());
    let moved = tool.json(&["state", "migrate", ".connect-user/users.redb", &url]);
    assert_eq!(moved["migrated"], 1);
    let state = ["--state", &*url];
    let with = |args: &[&'static str]| args.iter().copied().map(str::to_owned).collect::<Vec<_>>();
    let run = |args: &[&'static str]| {
        let args = [with(args), state.map(str::to_owned).to_vec()].concat();
        tool.ok(&args.iter().map(String::as_str).collect::<Vec<_>>()).out
    };
    assert!(run(&["plan", "program.yaml"]).contains("No changes"));
    assert_eq!(run(&["state", "unlock"]), "The lease is free.\n");
    let mut changed = jane();
    changed["routingProfileId"] = "r2".into();
    tool.program(&changed);
    assert!(run(&["apply", "program.yaml", "--yes"]).contains("1 updated"));

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let location = SharedLocation::parse(&url).await.expect("a location");
        let other = SharedStore::open(location, "bob@build-7").await.expect("not locked");
        other.lock().await.expect("locked");
    });
    let said = tool.fails(&["apply", "program.yaml", "--yes", "--state", &url]);
    let (_, told) = said.split_once("`bob@build-7` has the lease `").expect("who has it");
    let (id, _) = told.split_once("` of the state").expect("which one it is");
    let unlock = format!("if it was killed: `connect-user state unlock {id} --state {url}`");
    assert!(said.contains(&unlock), "{said}");
    for writing in [&["state", "rm", "jane"][..], &["set", "routingProfileId=r3", "--all", "--yes"]] {
        let said = tool.fails(&[writing, &state].concat());
        assert!(said.contains(&unlock), "{said}");
    }
    for other in [&["state", "unlock"][..], &["state", "unlock", "another"]] {
        let said = tool.fails(&[other, &state].concat());
        assert!(said.contains(&format!("`bob@build-7` has the lease `{id}`")), "{said}");
    }
    assert!(run(&["plan", "program.yaml"]).contains("No changes"), "reading is allowed");
    let unlocked = tool.ok(&["state", "unlock", id, "--state", &url]).out;
    assert!(unlocked.starts_with("Unlocked: `bob@build-7` had the lease since 2"));
    assert!(run(&["destroy", "--yes"]).contains("1 deleted"));
}

/// Over a server of S3, if there is one: the settings come from the environment.
#[cfg(all(unix, feature = "object-store"))]
#[test]
fn two_applies_at_once_over_a_bucket_lose_no_user() {
    use std::{
        net::{TcpListener, TcpStream},
        process::{Command, Stdio},
        time::{Duration, Instant},
    };

    let Some(server) = std::env::var_os("MOTO_SERVER") else {
        eprintln!("skipped: MOTO_SERVER does not say where `moto_server` (PyPI: moto[server]) is");
        return;
    };
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let mut server = Command::new(server)
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("moto_server starts");
    let (tool, other) = (Tool::new(), Tool::new());
    let endpoint = format!("http://127.0.0.1:{port}");
    let command = |tool: &Tool, args: &[&str]| {
        let mut command = tool.command(args);
        command.args(["--state", "s3://states/team/users"]).env("AWS_ENDPOINT_URL", &endpoint);
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ALLOW_HTTP", "true"),
        ] {
            command.env(name, value);
        }
        command
    };
    let began = Instant::now();
    let make_bucket = |mut stream: TcpStream| -> std::io::Result<bool> {
        use std::io::{Read, Write};
        write!(
            stream,
            "PUT /states HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200"))
    };
    while !TcpStream::connect(("127.0.0.1", port)).and_then(make_bucket).unwrap_or(false) {
        assert!(began.elapsed() < Duration::from_secs(60), "moto_server does not answer");
        std::thread::sleep(Duration::from_millis(100));
    }
    tool.program(&jane());
    other.program(&jane());
    let runs = [&tool, &other].map(|tool| {
        command(tool, &["apply", "program.yaml", "--yes"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("started")
    });
    let ended = runs.map(|run| run.wait_with_output().expect("ended"));
    let won = ended.iter().filter(|run| run.status.success()).count();
    assert!(won >= 1, "{ended:?}");
    for lost in ended.iter().filter(|run| !run.status.success()) {
        let said = String::from_utf8_lossy(&lost.stderr);
        let is_told = said.contains("has the lease `") || said.contains("changed the state");
        assert!(is_told, "{said}");
    }
    let shown = command(&tool, &["show"]).output().expect("shown");
    let _ = server.kill();
    let _ = server.wait();
    assert!(String::from_utf8_lossy(&shown.stdout).contains("jane"), "{shown:?}");
}

/// The credentials and the Region of a bucket are those of the profile, as for other AWS tools.
#[cfg(all(unix, feature = "object-store"))]
mod profiles {
    use std::process::Command;
    #[cfg(feature = "aws")]
    use std::{
        io::{Read, Write},
        net::TcpListener,
    };

    use crate::tool::Tool;

    const CONFIG: &str = r#"
[profile team]
region = eu-central-1
aws_access_key_id = AKIDTEAM
aws_secret_access_key = secret
[profile process]
region = eu-west-2
credential_process = echo '{"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "secret"}'
"#;

    fn show(tool: &Tool, environment: &[(&str, &str)]) -> Command {
        let mut command = tool.command(&["show", "--state", "s3://states/team/users"]);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        std::fs::write(tool.path("config"), CONFIG).expect("written");
        std::fs::write(tool.path("credentials"), "").expect("written");
        command.env("AWS_CONFIG_FILE", tool.path("config"));
        command.env("AWS_SHARED_CREDENTIALS_FILE", tool.path("credentials"));
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_ALLOW_HTTP", "true");
        command.envs(environment.iter().copied());
        command
    }

    /// What a request to S3 is signed with.
    #[cfg(feature = "aws")]
    fn signature(environment: &[(&str, &str)]) -> String {
        let tool = Tool::new();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let request = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let (mut request, mut part) = (Vec::new(), [0; 4096]);
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                let count = stream.read(&mut part).expect("a request");
                request.extend(&part[..count]);
            }
            let answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.write_all(answer.as_bytes()).expect("answered");
            String::from_utf8_lossy(&request).into_owned()
        });
        let said = show(&tool, environment).env("AWS_ENDPOINT_URL", endpoint).output().expect("shown");
        assert_eq!(String::from_utf8_lossy(&said.stdout), "No user is recorded.\n", "{said:?}");
        let request = request.join().expect("a request");
        let (_, signed) = request.split_once("Credential=").expect("signed");
        let mut parts = signed.split('/');
        let (key, _, region) = (parts.next(), parts.next(), parts.next());
        format!("{} {}", key.unwrap_or_default(), region.unwrap_or_default())
    }

    #[cfg(feature = "aws")]
    #[test]
    fn a_bucket_is_asked_with_the_profile() {
        assert_eq!(signature(&[("AWS_PROFILE", "team")]), "AKIDTEAM eu-central-1");
        assert_eq!(signature(&[("AWS_PROFILE", "process")]), "AKIDPROCESS eu-west-2");
        assert_eq!(signature(&[("AWS_PROFILE", "team"), ("AWS_REGION", "us-west-2")]), "AKIDTEAM us-west-2");
        let key = [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        let region = ("AWS_REGION", "eu-west-1");
        assert_eq!(signature(&[key[0], key[1], region]), "AKIDENV eu-west-1");

        let said = show(&Tool::new(), &[("AWS_PROFILE", "nobody")]).output().expect("refused");
        let said = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(said.contains("`nobody`") && said.contains("`team`"), "{said}");
    }

    #[cfg(not(feature = "aws"))]
    #[test]
    fn a_build_without_profiles_says_so() {
        let refused = show(&Tool::new(), &[("AWS_PROFILE", "team")]).output().expect("refused");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(said.contains("`AWS_PROFILE` names a profile"), "{said}");
        assert!(said.contains("aws configure export-credentials"), "{said}");
        assert_eq!(refused.status.code(), Some(1));
    }
}
