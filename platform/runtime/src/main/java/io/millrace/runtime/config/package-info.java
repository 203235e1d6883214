/** Settings: read once, checked once, handed out in parts. */
@NullMarked
package io.millrace.runtime.config;

import org.jspecify.annotations.NullMarked;
