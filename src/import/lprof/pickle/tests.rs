use super::*;

const EXPECTED: &[Expected] = &[|module, name| (module, name) == ("shapes", "Box")];

fn open(bytes: &[u8]) -> Result<Pickle<'_>, String> {
    read(bytes, EXPECTED, &Job::new()).map_err(|stop| match stop {
        Stop::Damage { at, why } => format!("{at}: {why}"),
        Stop::Import(error) => error.to_string(),
    })
}

fn root(bytes: &[u8]) -> Value<'_> {
    open(bytes).expect("reads").root().clone()
}

#[test]
fn numbers_of_every_protocol_are_read() {
    let cases: &[(&[u8], Value<'_>)] = &[
        (b"I-12\n.", Value::Int(-12)),
        (b"L123L\n.", Value::Int(123)),
        (b"L99999999999999999999L\n.", Value::LongInt),
        (b"\x80\x02K\xff.", Value::Int(255)),
        (b"\x80\x02M\xff\xff.", Value::Int(65_535)),
        (b"\x80\x02J\xfe\xff\xff\xff.", Value::Int(-2)),
        (b"\x80\x02\x8a\x00.", Value::Int(0)),
        (b"\x80\x02\x8a\x01\xff.", Value::Int(-1)),
        (b"\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\x7f\x00.", Value::Int(i64::MAX)),
        (b"\x80\x02\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00.", Value::LongInt),
        (b"F1.5\n.", Value::Float(1.5)),
        (b"\x80\x02G\x3f\xf8\0\0\0\0\0\0.", Value::Float(1.5)),
        (b"\x80\x02\x88.", Value::Int(1)),
    ];
    for (bytes, expected) in cases {
        assert_eq!(root(bytes), *expected, "{bytes:?}");
    }
}

#[test]
fn texts_of_every_protocol_are_read() {
    for bytes in [
        b"S'caf\\xc3\\xa9'\n.".as_slice(),
        b"Vcaf\\u00e9\n.",
        b"Vcaf\xe9\n.",
        b"\x80\x02U\x05caf\xc3\xa9.",
        b"\x80\x02X\x05\0\0\0caf\xc3\xa9.",
        b"\x80\x04\x8c\x05caf\xc3\xa9.",
        b"\x80\x04\x8d\x05\0\0\0\0\0\0\0caf\xc3\xa9.",
    ] {
        assert_eq!(root(bytes), Value::Text("café".into()), "{bytes:?}");
    }
    assert_eq!(root(b"S'a\\\\b\\'\\n'\n."), Value::Text("a\\b'\n".into()));
}

#[test]
fn what_is_not_expected_is_named_and_ends_it() {
    let error = open(b"cos\nsystem\n(S'touch PWNED'\ntR.").expect_err("is refused");
    assert!(error.starts_with("0: it names os.system") && error.contains("executed"), "{error}");
    let error = open(b"\x80\x04\x8c\x02os\x8c\x06system\x93.").expect_err("is refused");
    assert!(error.contains("os.system"), "{error}");
    assert!(open(b"\x80\x02\x82\x01.").expect_err("an extension code").contains("0x82"));
    assert!(open(b"\x80\x02NQ.").expect_err("a persistent id").contains("0x51"));
    assert!(open(b"(ios\nsystem\n.").expect_err("an instance").contains("0x69"));
    assert!(open(b"\x80\x04K\x01)R.").expect_err("calls a number").contains("no class"));
    assert!(open(b"\x80\x09N.").expect_err("the future").contains("protocol 9"));
}

#[test]
fn an_object_keeps_its_state_and_runs_nothing() {
    let pickle = open(b"\x80\x02cshapes\nBox\n)\x81}U\x01aK\x07sb.").expect("reads");
    let Value::Object { state: Some(state), .. } = pickle.root() else { panic!("{:?}", pickle.root()) };
    let Value::Dict(items) = pickle.get(*state) else { panic!("a dictionary") };
    assert_eq!(pickle.get(items[0].1), &Value::Int(7));
}

#[test]
fn every_cut_is_an_error_with_its_place() {
    let whole = b"\x80\x04\x95\x10\0\0\0\0\0\0\0]\x94(K\x01\x8c\x02ab\x94h\x01e.";
    assert!(open(whole).is_ok());
    for end in 0..whole.len() {
        assert!(open(&whole[..end]).is_err(), "{end}");
    }
}

#[test]
fn depth_claims_and_shared_values_cost_no_more_than_their_bytes() {
    let deep = [b"\x80\x04".as_slice(), &vec![b']'; 300_000], &vec![b'a'; 299_999], b"."].concat();
    assert!(matches!(root(&deep), Value::List(_)));
    let doubled: Vec<u8> = (0..60_u8).flat_map(|i| [b'h', i, b'h', i, 0x86, 0x94]).collect();
    assert!(open(&[b"\x80\x04]\x94".as_slice(), &doubled, b"."].concat()).is_ok());
    assert!(open(b"\x80\x04]r\xff\xff\xff\xff.").is_ok(), "a memo is as long as what is in it");
    assert!(open(b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fab.").expect_err("cut").contains("ends"));
    assert!(open(b"\x80\x04]2a.").is_ok(), "a list may contain itself");
}

#[test]
fn what_waits_is_bounded() {
    for opcode in [b'(', b'2', b'N'] {
        let bytes = [b"\x80\x04N".as_slice(), &vec![opcode; MOST_WAITING + 1], b"."].concat();
        assert!(open(&bytes).expect_err("too deep").contains(TOO_DEEP), "{opcode}");
    }
}

#[test]
fn a_mark_protects_what_stands_below_it() {
    assert!(open(b"\x80\x02K\x01(a.").is_err());
    assert!(open(b"\x80\x02]K\x01t.").is_err());
    assert!(open(b"\x80\x02}(K\x01u.").expect_err("odd").contains("no value"));
}
