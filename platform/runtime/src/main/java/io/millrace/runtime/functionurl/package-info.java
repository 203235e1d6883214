/** The door through which functions are called as web pages are: by their URLs and by routes. */
@NullMarked
package io.millrace.runtime.functionurl;

import org.jspecify.annotations.NullMarked;
