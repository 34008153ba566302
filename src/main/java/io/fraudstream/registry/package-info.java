/**
 * Published bundles and who is in service: the directory of bundles, the log of promotions and the
 * pointer that tells a running job. May import {@code model} and what that may.
 */
package io.fraudstream.registry;
