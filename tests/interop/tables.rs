//! Tables: separators, quotes, headers, mappings, and what is wrong with them.

use connect_user::{
    interop::file::{FileFormat, Mapping, ReadOptions, WriteOptions, read, write},
    user::Code,
};
use serde_json::json;

use crate::support::{json, names, read_text, told, user};

fn table(text: &str) -> connect_user::interop::file::UserFile {
    read_text(FileFormat::Csv, text)
}

#[test]
fn rows_are_read_as_spreadsheets_write_them() {
    let plain =
        "user login,first name,last name,routing profile name,tags\njane,Jane,\"Roe, Jr.\",Agents,a|b||c\n";
    let expected = json(user(&table(plain), "jane"));
    assert_eq!(expected["identityInfo"]["lastName"], "Roe, Jr.");
    assert_eq!(expected["tags"], json!({"a": "b", "c": ""}));
    for other in [
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        format!("\n\n{plain}\n,,,,\n"),
        plain.replace("Jane,\"Roe, Jr.\"", "Jane;\"Roe, Jr.\"").replace("user login,", "user login;"),
        plain.replace(',', ";").replace("Roe; Jr.", "Roe, Jr."),
        plain.replace(',', "\t").replace("Roe\t Jr.", "Roe, Jr."),
        plain
            .to_uppercase()
            .lines()
            .next()
            .map(|header| format!("{header}\n{}", plain.lines().nth(1).expect("a row")))
            .expect("a header"),
    ]
    .iter()
    .filter(|text| !text.contains("login;first") || text.contains("first name;"))
    {
        let file = table(other);
        assert_eq!(told(&file), [""; 0], "{other}");
        assert_eq!(json(user(&file, "jane")), expected, "{other}");
    }
}

#[test]
fn a_tag_may_have_no_value() {
    for cell in ["a||b|1||c", "a|||b|1||c|", "|a||b|1||c"] {
        let file = table(&format!("user login,tags\njane,{cell}\n"));
        assert_eq!(json(user(&file, "jane"))["tags"], json!({"a": "", "b": "1", "c": ""}), "{cell}");
    }
}

#[test]
fn a_tag_may_be_called_like_a_property() {
    let tags = json!({"level": "3", "Level": "4", "autoAccept": "true", "auto_accept": "true"});
    let of_table = table("user login,tags\njane,level|3||Level|4||autoAccept|true||auto_accept|true\n");
    let program = json!({"resources": {"jane": {"type": "aws:connect:User", "properties": {
        "instanceId": "1c2d", "name": "jane", "routingProfileId": "r1", "securityProfileIds": ["s1"],
        "phoneConfig": {"phoneType": "SOFT_PHONE", "autoAccept": "true"}, "tags": tags,
    }}}});
    let of_program = read_text(FileFormat::ProgramJson, &program.to_string());
    for file in [&of_table, &of_program] {
        assert_eq!(told(file), [""; 0]);
        assert_eq!(json(user(file, "jane"))["tags"], tags);
    }
    assert_eq!(json(user(&of_program, "jane"))["phoneConfig"]["autoAccept"], true);
    assert!(of_program.mistakes().is_empty(), "{:?}", of_program.mistakes());
}

#[test]
fn what_is_wrong_is_told_with_line_and_column() {
    let file = table(
        "user login,phone type (soft/desk),ACW timeout (seconds),soft phone auto accept (yes/no),shoe size\n\
         jane,soft,30,yes,\n\
         \"jo\nhn\",pigeon,soon,perhaps,43\n\
         ,soft,,,\n\
         jane,desk,,,\n\
         ana,soft,,,,,\n",
    );
    assert_eq!(
        told(&file),
        [
            "error: jo\\nhn: `phoneConfig.phoneType` is `pigeon`, which is not one of `SOFT_PHONE`, `DESK_PHONE` (4:5)",
            "error: jo\\nhn: `phoneConfig.afterContactWorkTimeLimit` is `soon`, which is no whole number (4:12)",
            "error: jo\\nhn: `phoneConfig.autoAccept` is `perhaps`, which is neither `yes` nor `no` (4:17)",
            "error: line-5: the user of line 5 has no name (5:1)",
            "error: the user `jane` is given twice, first at file:2:1 (6:1)",
            "error: line 7 has 7 cells, and the header has 5 (7:1)",
            "warning: the column `shoe size` is no property of a user (1:89)",
        ]
    );
    assert_eq!(names(&file), ["jane", "jo\nhn", "line-5"]);
    assert!(!file.is_valid());
}

/// A program could not have it for a key, and nobody could read it.
#[test]
fn a_text_that_is_too_long_for_a_name_names_no_resource() {
    for (length, name) in [(100, "n".repeat(100)), (101, "line-2".to_owned()), (2_000, "line-2".to_owned())] {
        let file = table(&format!("user login,phone type (soft/desk)\n{},soft\n", "n".repeat(length)));
        assert_eq!(names(&file), [name.as_str()]);
        for format in [FileFormat::Program, FileFormat::ProgramJson] {
            let written = write(format, &file, &WriteOptions::default()).expect("a program").text;
            assert_eq!(names(&read(format, written.as_bytes(), &ReadOptions::default())), [name.as_str()]);
        }
    }
}

#[test]
fn a_user_without_a_name_of_its_own_is_told_where_a_table_is_written() {
    let program = "resources: {ana: {type: aws:connect:User, properties: {instanceId: i, routingProfileId: r, securityProfileIds: [s]}}}";
    let file = read(FileFormat::Program, program.as_bytes(), &ReadOptions::default());
    let written = write(FileFormat::Csv, &file, &WriteOptions::default()).expect("a table");
    let told: Vec<_> = written.diagnostics.iter().map(|found| found.diagnostic.message.as_str()).collect();
    assert_eq!(told, ["a user has no name, and none is made for a table"]);
}

#[test]
fn a_row_with_a_cell_too_many_or_too_few_is_not_read() {
    let header = "first name,last name,email address,password,user login,tags\n";
    for row in
        ["Jane,Roe, Jr.,jane@x.org,Passw0rd1,jane,\n", "Jane,Passw0rd1,jane,\n", "Jane,jane@x.org,Passw0rd1"]
    {
        let file = table(&format!("{header}{row}"));
        let cells = row.matches(',').count() + 1;
        assert_eq!(told(&file), [format!("error: line 2 has {cells} cells, and the header has 6 (2:1)")]);
        assert!(file.users.is_empty(), "{row}");
    }
}

#[test]
fn a_quote_that_is_not_closed_is_told_where_it_is() {
    let header = "user login,first name,tags\n";
    let rows = "teo,Teo,team|a\nana,Ana,team|b\n";
    for rest in
        [rows, "teo,\"Teo\",\"team|a\"\n", "teo,\"Banks, Teo\",a\n\"ana\",Ana,\n", "\"teo\",\"\",\n", ""]
    {
        let file = table(&format!("{header}{rows}jane,Jane,\"team|red\n{rest}"));
        assert_eq!(told(&file), ["error: `file` has a quote that is not closed (4:11)"], "{rest}");
    }
    let file = table(&format!("user login,\"first name,tags\n{rows}"));
    assert_eq!(told(&file), ["error: `file` has a quote that is not closed (1:12)"]);
    let closed = "teo,\"Teo\nB.\" ,\"six\"\" desk\"\njane,Jane,6\" desk\n";
    assert_eq!(told(&table(&format!("{header}{closed}"))), [""; 0]);
}

#[test]
fn places_are_right_behind_any_line_break() {
    for (text, line) in [
        ("user login,acw\njane,1\n\n\njohn,x\n", 5),
        ("user login,acw\r\njane,1\r\n\r\njohn,x\r\n", 4),
        ("\u{feff}\r\n\r\nuser login,acw\r\n\"ja\r\nne\",1\r\njohn,x", 6),
        ("user login,acw\rjane,1\rjohn,x\r", 3),
        ("\n\nuser login;acw\n\njohn;x", 5),
    ] {
        let file = table(text);
        let at = file.diagnostics[0].location.as_ref().expect("a place");
        assert_eq!((at.line, at.column), (line, 6), "{text:?}");
        assert_eq!(user(&file, "john").location.as_ref().map(|at| at.line), Some(line));
    }
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    let options = ReadOptions::builder().file("agents.csv").build();
    let file = read(FileFormat::Csv, b"user login,first name\njane,Zo\xeb\n", &options);
    assert_eq!(told(&file), ["error: `agents.csv` is not UTF-8 text (2:8)"]);
    let file = read(FileFormat::Csv, b"\xff\xfeu\0s\0", &options);
    assert_eq!(told(&file), ["error: `agents.csv` is UTF-16 text"]);
    for (text, expected) in [
        ("", "error: `agents.csv` is empty"),
        ("first name,last name\nJane,Roe\n", "error: `agents.csv` has no column with the user names (1:1)"),
    ] {
        let file = read(FileFormat::Csv, text.as_bytes(), &options);
        assert_eq!(told(&file)[0], expected);
    }
}

#[test]
fn a_header_that_is_misspelt_is_told_with_the_one_that_is_meant() {
    let file = table("user login,routing profile nam,shoe size\n");
    let helps: Vec<_> =
        file.diagnostics.iter().filter_map(|found| found.diagnostic.help.as_deref()).collect();
    assert!(helps[0].starts_with("is it `routing profile name`?"), "{helps:?}");
    assert_eq!(helps[1], "a mapping says which property a column is, or `ignore`");
    let file = table("routing profile nam,user logn\n");
    assert_eq!(told(&file), ["error: `file` has no column with the user names (1:21)"]);
    let help = file.diagnostics[0].diagnostic.help.as_deref();
    assert_eq!(help, Some("the first row must name the columns: is column 2 `user login`?"));
}

/// The first row of a table without a header is that of a user, and has a password.
#[test]
fn a_row_in_the_place_of_the_header_is_not_shown() {
    let mapping = Mapping::read("columns: {Kennung: name, Secret123: password}").expect("a mapping");
    let options = ReadOptions::builder().file("file").mapping(mapping).build();
    for text in [
        "jane,Jane,Roe,Secret123x\njoe,Joe,Roe,Secret124x\n",
        "sep=;\nuser login,first name,Secret123x\njane,Jane,Secret123x\n",
        "Secret123x\n",
    ] {
        let file = read(FileFormat::Csv, text.as_bytes(), &options);
        assert_eq!(names(&file), [""; 0], "{text}");
        let [found] = file.diagnostics.as_slice() else { panic!("{:?}", file.diagnostics) };
        assert!(found.to_string().contains("has no column with the user names"), "{found}");
        assert!(found.to_string().contains("help: the first row must name the columns"), "{found}");
        assert!(!found.to_string().contains("Secret12"), "{found}");
    }
}

#[test]
fn a_row_of_one_cell_is_told_in_the_singular() {
    assert_eq!(
        told(&table("user login,acw\njane\n")),
        ["error: line 2 has 1 cell, and the header has 2 (2:1)"]
    );
}

#[test]
fn a_mapping_says_which_column_is_which_property() {
    let mapping = Mapping::read(
        "columns: {Kennung: name, Vorname: identityInfo.firstName, Profile: securityProfileNames, \
          Team: tags.team, Schuhe: ignore, Schlüssel: resourceName}\n\
         defaults: {routingProfileId: r1, phoneConfig: {phoneType: SOFT_PHONE}}\n\
         separator: /\n",
    )
    .expect("a mapping");
    let options = ReadOptions::builder().instance("1c2d".into()).mapping(mapping).build();
    let text =
        "Kennung,Vorname,Profile,Team,Schuhe,Schlüssel,auto_accept\njane,Jane,Agent/Admin,a,43,j1,true\n";
    let file = read(FileFormat::Csv, text.as_bytes(), &options);
    assert_eq!(told(&file), [""; 0]);
    assert_eq!(
        json(user(&file, "j1")),
        json!({
            "instanceId": "1c2d",
            "name": "jane",
            "identityInfo": {"firstName": "Jane"},
            "securityProfileIds": ["name:Agent", "name:Admin"],
            "tags": {"team": "a"},
            "phoneConfig": {"autoAccept": true, "phoneType": "SOFT_PHONE"},
            "routingProfileId": "r1",
        })
    );
}

#[test]
fn a_mapping_that_is_none_is_refused() {
    for (text, expected) in [
        ("columns: {a: nam}", "the mapping maps `a` to `nam`, which is no property"),
        (
            "columns: {a: userProficiencies}",
            "the mapping maps `a` to `userProficiencies`, which is no property",
        ),
        ("columns: [a]", "the mapping is neither YAML nor JSON"),
        ("column: {}", "the mapping is neither YAML nor JSON"),
        (
            "columns: {'User Login ': name, user login: resourceName}",
            "the mapping has `User Login ` and `user login`, which are one name",
        ),
    ] {
        let error = Mapping::read(text).expect_err(text);
        assert_eq!(error.code, Code::INVALID_FILE);
        assert!(error.message.starts_with(expected), "{}", error.message);
        assert!(error.help.is_some());
    }
}

#[test]
fn users_of_the_same_name_in_two_instances_are_two_people() {
    let text = "user login,instanceId,resourceName\nana,a,\nana,b,\nana,c,\nana-2,d,\nbob,a,teo\nteo,a,\nana,b,\nmia,,\nmia,b,\n";
    let file = table(text);
    assert_eq!(names(&file), ["ana", "ana-2", "ana-3", "ana-2-2", "teo", "teo-2", "mia", "mia-2"]);
    let unknown = read(FileFormat::Csv, text.as_bytes(), &ReadOptions::builder().file("file").build());
    assert_eq!(names(&unknown), ["ana", "ana-2", "ana-3", "ana-2-2", "teo", "teo-2", "mia"]);
    assert_eq!(
        told(&unknown),
        [
            "error: the user `ana` is given twice, first at file:3:1 (8:1)",
            "error: the user `mia` is given twice, first at file:9:1 (10:1)",
        ],
        "nobody knows whether an unknown instance is another one"
    );
}

#[test]
fn the_first_line_of_excel_names_the_separator() {
    for (text, separator) in [
        ("sep=;\nuser login;acw\nana;7\n", ";"),
        ("\u{feff}SEP=|\r\nuser login|acw\r\nana|7\r\n", "|"),
        ("\"sep=,\"\nuser login,acw\nana,7\n", ","),
    ] {
        assert_eq!(FileFormat::detect(text.as_bytes()), Some(FileFormat::Csv), "{text}");
        let file = table(text);
        assert_eq!(told(&file), [""; 0], "{separator}");
        let ana = user(&file, "ana");
        assert_eq!(json(ana)["phoneConfig"]["afterContactWorkTimeLimit"], 7);
        assert_eq!(ana.location.as_ref().expect("a place").line, 3);
    }
    let file = table("sep=\t\nuser login\ttags\nana\ta,b;c|d\n");
    assert_eq!(json(user(&file, "ana"))["tags"], json!({"a,b;c": "d"}));
    assert_eq!(told(&table("sep=;\n")), ["error: `file` is empty"]);
}

#[test]
fn a_header_of_two_columns_is_a_table() {
    for text in
        ["user login,tags", "user login;phone type (soft/desk)\nana;soft\n", "\"user login\"\t\"acw\"\n"]
    {
        assert_eq!(FileFormat::detect(text.as_bytes()), Some(FileFormat::Csv), "{text}");
    }
    assert_eq!(FileFormat::detect(b"Hello, world"), None);
}

#[test]
fn what_a_mapping_names_and_a_file_does_not_have_is_told() {
    let of = |format: FileFormat, text: &str, mapping: &str| {
        let mapping = Mapping::read(mapping).expect("a mapping");
        read(
            format,
            text.as_bytes(),
            &ReadOptions::builder().instance("1c2d".into()).mapping(mapping).build(),
        )
    };
    let file = of(
        FileFormat::Csv,
        "user login,Team\nana,a\n",
        "columns: {Teem: tags.x, TEAM: tags.team, Nowhere: ignore}",
    );
    assert_eq!(
        told(&file),
        [
            "warning: the mapping names `Nowhere`, which the file does not have",
            "warning: the mapping names `Teem`, which the file does not have",
        ]
    );
    assert_eq!(file.diagnostics[1].diagnostic.help.as_deref(), Some("is it `Team`?"));
    let scim = r#"{"userName": "ana", "title": "", "groups": [{"value": "g", "display": "G"}]}"#;
    let file = of(
        FileFormat::Scim,
        scim,
        "columns: {title: tags.title, 'groups.dislpay': securityProfileNames, groups: ignore}",
    );
    assert_eq!(told(&file), ["warning: the mapping names `groups.dislpay`, which the file does not have"]);
    assert_eq!(file.diagnostics[0].diagnostic.help.as_deref(), Some("is it `groups.display`?"));
    // A format without columns.
    let answer = r#"{"Username": "ana", "RoutingProfileId": "r"}"#;
    for mapping in ["columns: {Team: tags.team}", "separator: /"] {
        let file = of(FileFormat::AwsCli, answer, mapping);
        assert_eq!(told(&file), ["error: `file` is `aws-cli`, which has no columns for a mapping"]);
        assert!(names(&file).is_empty());
    }
    assert_eq!(told(&of(FileFormat::AwsCli, answer, "defaults: {tags: {team: a}}")), [""; 0]);
}

#[test]
fn what_is_in_a_column_without_a_header_is_told() {
    let file = table("user login,,first name,\njane,x,Jane,\njohn,y,John,\nteo,,Teo,\n");
    let expected = "warning: column 2 has no header: what is in it is left out (2 times) (2:6)";
    assert_eq!(told(&file), [expected]);
    assert_eq!(names(&file), ["jane", "john", "teo"]);
}
