//! An NHS number is ten digits whose check digit holds, with blanks at most, or refused.
#![no_main]

use fhir::NhsNumber;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(number) = NhsNumber::parse(text) else { return };
    let digits: Vec<u32> = number.digits().chars().filter_map(|c| c.to_digit(10)).collect();
    assert_eq!(digits.len(), 10);
    let sum: u32 = digits.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    assert_eq!((sum + digits[9]) % 11, 0);
    assert_eq!(text.replace(' ', ""), number.digits());
    assert_eq!(NhsNumber::parse(number.digits()), Ok(number));
});
