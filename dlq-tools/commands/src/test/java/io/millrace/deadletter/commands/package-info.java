@NullMarked
package io.millrace.deadletter.commands;

import org.jspecify.annotations.NullMarked;
