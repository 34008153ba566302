package io.fraudstream.kafka;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;

/**
 * Says why a broker did not let a client in, with the setting to look at. Never shows a secret,
 * since the client's messages hold none.
 */
public final class BrokerFault {
    private static final String PREFIX = "kafka.properties.";
    private static final String PROTOCOL = "security.protocol";

    private BrokerFault() {}

    /**
     * One line on a client's failure.
     *
     * @param properties the client's, as {@code kafka.properties} gives them
     */
    public static String describe(Throwable failure, Map<String, String> properties) {
        return named(failure, properties).orElseGet(failure::getMessage);
    }

    /** The same, where some setting is at fault. */
    public static Optional<String> named(Throwable failure, Map<String, String> properties) {
        return Optional.ofNullable(find(failure, properties));
    }

    private static String find(Throwable failure, Map<String, String> properties) {
        String protocol = properties.getOrDefault(PROTOCOL, "PLAINTEXT");
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof UnsupportedSaslMechanismException) {
                return setting("sasl.mechanism", properties, at, "one that the broker has enabled");
            }
            if (at instanceof SaslAuthenticationException) {
                return PREFIX
                        + "sasl.jaas.config: the broker refused the login by "
                        + properties.getOrDefault("sasl.mechanism", "GSSAPI")
                        + ", expected a user and a password that it knows ("
                        + at.getMessage()
                        + ")";
            }
            if (at instanceof SslAuthenticationException) {
                return tls(chain(at), protocol);
            }
            if (at instanceof AuthorizationException) {
                return "the broker's access rules do not let this user do that: " + at.getMessage();
            }
            if (at instanceof ConfigException) {
                return "kafka.properties: " + deepest(at);
            }
        }
        String chain = chain(failure);
        if (chain.contains("ssl.") || chain.contains("SSL")) {
            return "kafka.properties: " + chain;
        }
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof TimeoutException) {
                return at.getMessage()
                        + "; does it speak "
                        + protocol
                        + " ("
                        + PREFIX
                        + PROTOCOL
                        + ")?";
            }
        }
        return null;
    }

    private static String tls(String why, String protocol) {
        if (why.contains("PKIX") || why.contains("certification path")) {
            return PREFIX
                    + "ssl.truststore.location: the broker's certificate is not trusted, expected"
                    + " the certificate of whoever signed it in there ("
                    + why
                    + ")";
        }
        if (why.contains("No subject alternative") || why.contains("No name matching")) {
            return "kafka.bootstrapServers: the broker's certificate is made out to another host"
                    + " name ("
                    + why
                    + ")";
        }
        if (why.contains("plaintext")
                || why.contains("Unrecognized")
                || why.contains("unrecognized")) {
            return PREFIX
                    + PROTOCOL
                    + " is "
                    + protocol
                    + " and the broker speaks no TLS at that port ("
                    + why
                    + ")";
        }
        if (why.contains("bad_certificate")
                || why.contains("certificate_required")
                || why.contains("certificate_unknown")
                || why.contains("unknown_ca")) {
            return PREFIX
                    + "ssl.keystore.location: the broker demands a client's certificate that it"
                    + " trusts ("
                    + why
                    + ")";
        }
        return PREFIX + "ssl.…: " + why;
    }

    private static String setting(
            String key, Map<String, String> properties, Throwable failure, String expected) {
        return PREFIX
                + key
                + " is "
                + properties.get(key)
                + ", expected "
                + expected
                + " ("
                + failure.getMessage()
                + ")";
    }

    /** What the failure and its causes say, each once. */
    private static String chain(Throwable failure) {
        StringBuilder said = new StringBuilder(String.valueOf(failure.getMessage()));
        for (Throwable at = failure.getCause(); at != null; at = at.getCause()) {
            String text = at.getMessage();
            if (text != null && said.indexOf(text) < 0) {
                said.append(": ").append(text);
            }
        }
        return said.toString();
    }

    private static String deepest(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null && at.getCause() != at) {
            at = at.getCause();
        }
        return at.getMessage() == null ? at.toString() : at.getMessage();
    }
}
