package io.fraudstream.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Documents a key of {@link Settings}, once: the table in the README and {@code
 * config/fraudstream.yaml} are printed from it, see {@link SettingsDocs}.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
@interface Setting {
    /** Unit and meaning, as they stand in a row of a table: in Markdown, without a full stop. */
    String value();

    /** A value to show where there is none by default, or one that depends on the machine. */
    String example() default "";

    /** What the default is, in words, where it depends on the machine. */
    String defaultInWords() default "";

    /** Flink's own key that counts instead on a cluster; empty where this one counts there too. */
    String onCluster() default "";
}
