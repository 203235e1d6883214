/** How many environments are kept initialised as load comes and goes: arithmetic only. */
@NullMarked
package io.millrace.core.scaling;

import org.jspecify.annotations.NullMarked;
