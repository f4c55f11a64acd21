"""The private listener: a Starlette app for operators and programs, never for visitors."""
