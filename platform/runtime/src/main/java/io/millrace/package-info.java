/** The front door for Java services that embed the platform. */
@NullMarked
package io.millrace;

import org.jspecify.annotations.NullMarked;
