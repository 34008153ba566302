/**
 * The embedded default: everything in one process, from an empty directory to alerts with reasons.
 * May import anything but {@code cli}.
 */
package io.fraudstream.demo;
