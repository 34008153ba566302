/**
 * Networks in plain Java arrays: no allocation, no native code, the same bits on every machine. May
 * import {@code model} and {@code features}.
 */
package io.fraudstream.model.compiled;
