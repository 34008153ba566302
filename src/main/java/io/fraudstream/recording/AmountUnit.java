package io.fraudstream.recording;

/** What the numbers in an amount column count. */
public enum AmountUnit {
    /** Decimal amounts such as 57.16 EUR, or 900 JPY. */
    MAJOR,
    /** Integers in the currency's minor unit, such as cents. */
    MINOR
}
