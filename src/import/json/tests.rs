use super::*;

/// A value written out again, to see what was read.
fn dump(json: &mut Json<'_>) -> Result<String> {
    Ok(match json.peek()? {
        Kind::Object => {
            let mut parts = Vec::new();
            let mut members = json.object()?;
            while let Some(key) = members.next(json)? {
                parts.push(format!("{}={}", key.text(), dump(json)?));
            }
            format!("{{{}}}", parts.join(" "))
        }
        Kind::Array => {
            let mut parts = Vec::new();
            let mut items = json.array()?;
            while items.next(json)? {
                parts.push(dump(json)?);
            }
            format!("[{}]", parts.join(" "))
        }
        Kind::String => format!("'{}'", json.string()?.text()),
        Kind::Word => String::from_utf8_lossy(json.word()?).into_owned(),
    })
}

fn read(text: &str) -> Result<String> {
    // A word that ends the text may have been cut, so a space follows.
    dump(&mut Json::new(format!("{text} ").as_bytes()))
}

#[test]
fn values_of_every_kind_are_read() {
    let cases = [
        (r#"{"a":1,"b":[true,null,"x"],"c":{}}"#, "{a=1 b=[true null 'x'] c={}}"),
        (" [ 1 , 2.50e-3 ,\t-0 ,\n[] ] ", "[1 2.50e-3 -0 []]"),
        ("\u{feff}[1]", "[1]"),
        ("[NaN,Infinity,-Infinity]", "[NaN Infinity -Infinity]"),
        ("[1,2,]", "[1 2]"),
        (r#"{"a":1,}"#, "{a=1}"),
        (r#"{"a_key_longer_than_sixteen_bytes":1,"a\"b":2}"#, "{a_key_longer_than_sixteen_bytes=1 a\"b=2}"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn a_cut_is_told_from_a_mistake() {
    let whole = r#"{"a": [1, {"b": "c\"d"}], "e": -2.5, "f": null}"#;
    for end in 0..whole.len() {
        let got = dump(&mut Json::new(&whole.as_bytes()[..end]));
        assert_eq!(got, Err(JsonError::Truncated), "{}", &whole[..end]);
        let skipped = Json::new(&whole.as_bytes()[..end]).skip();
        assert_eq!(skipped, Err(JsonError::Truncated), "skipping {}", &whole[..end]);
    }
    for (text, at) in [("[1 2]", 3), (r#"{"a" 1}"#, 5), ("{1:2}", 1), ("[;]", 1), ("}", 0), (r#"{"a":,}"#, 5)] {
        assert!(matches!(read(text), Err(JsonError::Unexpected { at: found, .. }) if found == at), "{text}");
    }
}

#[test]
fn escapes_are_decoded_and_what_is_no_unicode_stays_distinct() {
    let cases: [(&[u8], &str); 10] = [
        (br"plain", "plain"),
        (br#"a\n\t\"\\\/\b\f\rz"#, "a\n\t\"\\/\u{8}\u{c}\rz"),
        (br"\u00e9\u65e5", "é日"),
        (br"\ud83d\ude00", "😀"),
        (br"\ud800x", "\\ud800x"),
        (br"\udc80\ud83d", "\\udc80\\ud83d"),
        (br"\ud83d\u0041", "\\ud83dA"),
        (b"caf\xe9", "caf\\xe9"),
        (br"\q\u12", "\\q\\u12"),
        ("日本".as_bytes(), "日本"),
    ];
    for (raw, expected) in cases {
        let quoted = [b"\"", raw, b"\""].concat();
        let text = Json::new(&quoted).string().map(|t| t.text().into_owned());
        assert_eq!(text.as_deref(), Ok(expected), "{}", String::from_utf8_lossy(raw));
    }
}

#[test]
fn rows_of_indices_share_their_beginnings() {
    const NONE: u32 = u32::MAX;
    let rows: [(&str, usize, &[u32]); 13] = [
        ("[1,22,333]", 0, &[1, 22, 333]),
        ("[1,22,333]", 3, &[1, 22, 333]),
        ("[1,22,3]", 2, &[1, 22, 3]),
        ("[1,22,3,4]", 3, &[1, 22, 3, 4]),
        ("[1,223,3,4]", 1, &[1, 223, 3, 4]),
        ("[]", 0, &[]),
        ("[1, 22,\n 333 ]", 0, &[1, 22, 333]),
        ("[1, 22]", 2, &[1, 22]),
        ("[1, 22, null, \"4\", [5], -6, 7.0]", 0, &[1, 22, NONE, NONE, NONE, NONE, NONE]),
        ("[1, 22, 333]", 0, &[1, 22, 333]),
        ("[1, 22, 4294967294, 99999999999]", 0, &[1, 22, 4_294_967_294, NONE]),
        ("[1,2,]", 0, &[1, 2]),
        ("[1,2]", 0, &[1, 2]),
    ];
    let text = format!("[{}]", rows.map(|(row, ..)| row).join(", "));
    let mut json = Json::new(text.as_bytes());
    let mut items = json.array().expect("an array");
    let mut reader = IndexRows::default();
    for (row, shared, values) in rows {
        assert_eq!(items.next(&mut json), Ok(true), "{row}");
        assert_eq!(reader.read(&mut json), Ok(shared), "{row}");
        assert_eq!(reader.values(), values, "{row}");
    }
    assert_eq!(items.next(&mut json), Ok(false));
    for end in 0.."[1, 22,333]".len() {
        let cut = &"[1, 22,333]".as_bytes()[..end];
        assert_eq!(IndexRows::default().read(&mut Json::new(cut)), Err(JsonError::Truncated));
    }
}

#[test]
fn skipping_is_not_recursion() {
    let depth = 2_000_000;
    let deep = ["[{\"a\":".repeat(depth), "1".to_owned(), "}]".repeat(depth), ",".to_owned()].concat();
    let mut json = Json::new(deep.as_bytes());
    assert_eq!(json.skip(), Ok(()));
    assert_eq!(json.offset(), deep.len() - 1);
    let tricky = r#"{"a":"}\"}","b":[{"}":"]"}]} "#;
    let mut json = Json::new(tricky.as_bytes());
    assert_eq!((json.skip(), json.offset()), (Ok(()), tricky.len() - 1));
}

#[test]
fn keys_are_found_in_a_cut_head() {
    assert_eq!(keys_in_head(br#"{"a":[1,2],"b":{"c":1},"d":[3"#), [&b"a"[..], b"b", b"d"]);
    assert_eq!(keys_of_first_item(br#"[ {"ph":"X","name":"a"#), Some(vec![&b"ph"[..], b"name"]));
    assert_eq!(keys_of_first_item(b"{}"), None);
    assert_eq!(keys_of_first_item(b"[]"), None);
}
