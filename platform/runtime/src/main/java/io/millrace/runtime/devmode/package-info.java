/** Watches the files that functions were made of, and redeploys a function when they change. Not for production. */
@NullMarked
package io.millrace.runtime.devmode;

import org.jspecify.annotations.NullMarked;
