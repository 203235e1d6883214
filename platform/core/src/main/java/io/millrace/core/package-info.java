/** What all of the platform's words have in common. */
@NullMarked
package io.millrace.core;

import org.jspecify.annotations.NullMarked;
