var $x { value = 1 }
