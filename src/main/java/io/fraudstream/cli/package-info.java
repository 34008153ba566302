/**
 * The command line: one picocli command a class, which puts the other packages together. May import
 * anything; nothing imports it.
 */
package io.fraudstream.cli;
