"""What the exercises of the lessons ask, a module a lesson: lesson01, lesson02, ..."""
