//! One value has one text; different values have different texts.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn text(value: &Value) -> String {
    String::from_utf8(canonical(value).unwrap()).unwrap()
}

#[test]
fn fields_are_sorted_by_utf_16_and_nothing_stands_between_them() {
    // RFC 8785, section 3.2.3: U+1F600 sorts before U+FB33, since its first unit is a surrogate.
    let value = json!({"\u{fb33}": 1, "\u{1f600}": 2, "b": [true, null, -3], "a": {"z": "", "y": false}});
    assert_eq!(
        text(&value),
        "{\"a\":{\"y\":false,\"z\":\"\"},\"b\":[true,null,-3],\"\u{1f600}\":2,\"\u{fb33}\":1}"
    );
}

#[test]
fn what_could_break_a_line_is_escaped_as_the_standard_says() {
    let hostile = json!("\u{0}\u{8}\t\n\u{b}\u{c}\r\"\\\u{1f}é\u{202e}");
    assert_eq!(text(&hostile), r#""\u0000\b\t\n\u000b\f\r\"\\\u001fé"#.to_owned() + "\u{202e}\"");
}

#[test]
fn numbers_that_a_double_cannot_hold_are_refused() {
    for wrong in [json!(0.5), json!(1e300), json!(9_007_199_254_740_992_i64), json!(u64::MAX)] {
        assert_eq!(canonical(&wrong), Err(NotCanonical::Number), "{wrong}");
    }
    assert_eq!(text(&json!(9_007_199_254_740_991_i64)), "9007199254740991");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    /// AU27. What is read back from the text is the value, so two values cannot share one.
    #[test]
    fn the_text_reads_back_as_the_same_value(value in any_json()) {
        let bytes = canonical(&value).unwrap();
        let back: Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(&back, &value);
        prop_assert_eq!(canonical(&back).unwrap(), bytes);
    }
}
