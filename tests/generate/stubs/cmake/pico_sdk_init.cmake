# What a project calls of the Pico SDK, saying with what it was called.
macro(pico_sdk_init)
endmacro()
foreach(name pico_enable_stdio_usb pico_enable_stdio_uart pico_add_extra_outputs)
  cmake_language(EVAL CODE "function(${name})\nmessage(STATUS \"stub ${name}: \${ARGN}\")\nendfunction()")
endforeach()
