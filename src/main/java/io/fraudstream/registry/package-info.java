/**
 * Published bundles and who is in service: the registry's files and its log of decisions, the
 * pointer that tells a running job, and ports for where the files lie and who announces a pointer.
 * May import {@code model} and what that may.
 */
package io.fraudstream.registry;
