/** CORRIDOR: a delivery or a waiting caller, its permit, its attempt, its settlement. */
@NullMarked
package io.millrace.runtime.dispatch;

import org.jspecify.annotations.NullMarked;
