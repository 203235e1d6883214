/** The door for Application Auto Scaling's clients: AWS JSON 1.1 at {@code POST /}. */
@NullMarked
package io.millrace.runtime.scalingapi;

import org.jspecify.annotations.NullMarked;
