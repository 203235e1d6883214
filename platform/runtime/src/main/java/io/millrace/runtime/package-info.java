/** Where the platform is put together. */
@NullMarked
package io.millrace.runtime;

import org.jspecify.annotations.NullMarked;
